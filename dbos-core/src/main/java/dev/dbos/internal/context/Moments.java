package dev.dbos.internal.context;

import java.time.Duration;
import java.time.Instant;

/** Times at the edge to SQL, where what is too far away becomes the farthest that can be meant. */
public final class Moments {
  private static final Duration LONGEST = Duration.ofDays(1_000 * 365L);
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999Z");

  private Moments() {}

  /** A duration in milliseconds; at most a thousand years, so that it can be added to a moment. */
  public static long durationMillis(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? LONGEST.toMillis() : duration.toMillis();
  }

  /** A moment in epoch milliseconds; none before the epoch, or after the year 9999. */
  public static long millis(Instant instant) {
    if (instant.isBefore(Instant.EPOCH)) {
      return 0;
    }
    return instant.isAfter(LATEST) ? LATEST.toEpochMilli() : instant.toEpochMilli();
  }
}
