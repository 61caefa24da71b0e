package dev.dbos.internal.sql;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Growing, jittered pauses: attempt n (from 1) waits {@code first * factor^(n-1)}, at most {@code
 * cap}, times a random number between 0.5 and 1.
 */
public record Backoff(Duration first, double factor, Duration cap, RandomGenerator random) {
  /** Between attempts of a transaction that met a conflict: 1 ms doubling to 1 s. */
  public static Backoff forConflicts(RandomGenerator random) {
    return new Backoff(Duration.ofMillis(1), 2, Duration.ofSeconds(1), random);
  }

  /** While a database is away: 50 ms doubling to 5 s. */
  public static Backoff forOutages(RandomGenerator random) {
    return new Backoff(Duration.ofMillis(50), 2, Duration.ofSeconds(5), random);
  }

  /** How long to wait after attempt {@code attempt}, counted from 1. */
  public Duration after(int attempt) {
    double nanos = (double) first.toNanos() * Math.pow(factor, attempt - 1.0);
    double capped = Math.min(nanos, (double) cap.toNanos());
    return Duration.ofNanos((long) (capped * (0.5 + random.nextDouble() / 2)));
  }
}
