package dev.dbos.internal.engine;

import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneOffset;

/** The machine's own clock: the default, and the only one whose waits need no second look. */
public final class SystemClock {
  /** In UTC. */
  public static final Clock UTC = Clock.systemUTC();

  private SystemClock() {}

  /** How soon a clock that is not the system's is looked at again while waiting for a moment. */
  private static final Duration FOREIGN_CLOCK_LOOK = Duration.ofMillis(20);

  /** The system's clock may be set; so no wait trusts it for longer. */
  private static final Duration SYSTEM_CLOCK_LOOK = Duration.ofMinutes(1);

  /** How long to wait before looking again whether {@code rest} has passed on {@code clock}. */
  static Duration look(InstantSource clock, Duration rest) {
    Duration longest = is(clock) ? SYSTEM_CLOCK_LOOK : FOREIGN_CLOCK_LOOK;
    return rest.compareTo(longest) < 0 ? rest : longest;
  }

  /** Whether {@code source} is the machine's clock, in whatever zone. */
  static boolean is(InstantSource source) {
    return source instanceof Clock clock && clock.withZone(ZoneOffset.UTC).equals(UTC);
  }
}
