package dev.dbos.internal.engine;

import java.time.Clock;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** The machine's own clock: the default, and the only one whose waits need no second look. */
public final class SystemClock {
  /** In UTC. */
  public static final Clock UTC = Clock.systemUTC();

  private SystemClock() {}

  /** Whether {@code source} is the machine's clock, in whatever zone. */
  static boolean is(InstantSource source) {
    return source instanceof Clock clock && clock.withZone(ZoneOffset.UTC).equals(UTC);
  }
}
