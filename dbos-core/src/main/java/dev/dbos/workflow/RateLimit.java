package dev.dbos.workflow;

import java.time.Duration;

/**
 * How many workflows may be started in any period of time, by all processes together.
 *
 * @param starts how many, at least 1
 * @param period in which, at least a millisecond
 */
public record RateLimit(int starts, Duration period) {
  /** Checks both. */
  public RateLimit {
    if (starts < 1) {
      throw new IllegalArgumentException("A rate limit must allow at least one start: " + starts);
    }
    if (period.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "The period of a rate limit must be at least 1 ms: " + period);
    }
  }
}
