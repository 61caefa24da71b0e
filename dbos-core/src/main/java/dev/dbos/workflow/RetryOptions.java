package dev.dbos.workflow;

import java.time.Duration;
import java.util.function.Predicate;

/**
 * How often a step is tried before its error is recorded; by default once. Between attempts it
 * waits 1 s, doubling, at most 1 h. When the attempts are used up the last exception is thrown,
 * with the earlier ones as suppressed.
 */
public final class RetryOptions {
  /** One attempt. */
  public static final RetryOptions NONE =
      new RetryOptions(1, Duration.ofSeconds(1), 2, Duration.ofHours(1), failure -> true);

  private final int maxAttempts;
  private final Duration firstDelay;
  private final double factor;
  private final Duration maxDelay;
  private final Predicate<? super Throwable> retryIf;

  private RetryOptions(
      int maxAttempts,
      Duration firstDelay,
      double factor,
      Duration maxDelay,
      Predicate<? super Throwable> retryIf) {
    this.maxAttempts = maxAttempts;
    this.firstDelay = firstDelay;
    this.factor = factor;
    this.maxDelay = maxDelay;
    this.retryIf = retryIf;
  }

  /**
   * Up to {@code maxAttempts} attempts in all.
   *
   * @throws IllegalArgumentException when {@code maxAttempts} is less than 1
   */
  public static RetryOptions attempts(int maxAttempts) {
    if (maxAttempts < 1) {
      throw new IllegalArgumentException("attempts must be at least 1: " + maxAttempts);
    }
    return new RetryOptions(maxAttempts, NONE.firstDelay, NONE.factor, NONE.maxDelay, NONE.retryIf);
  }

  /**
   * The same with these pauses: {@code first}, then {@code factor} times as long each time, at most
   * {@code max}.
   *
   * @throws IllegalArgumentException when a pause is negative or {@code factor} is less than 1
   */
  public RetryOptions withBackoff(Duration first, double factor, Duration max) {
    if (first.isNegative() || max.isNegative() || !(factor >= 1)) {
      throw new IllegalArgumentException(
          "backoff needs pauses that are not negative and a factor of at least 1: %s, %s, %s"
              .formatted(first, factor, max));
    }
    return new RetryOptions(maxAttempts, first, factor, max, retryIf);
  }

  /** The same, but retrying only failures that {@code predicate} accepts; default all. */
  public RetryOptions withRetryIf(Predicate<? super Throwable> predicate) {
    return new RetryOptions(maxAttempts, firstDelay, factor, maxDelay, predicate);
  }

  /** How many attempts in all. */
  public int maxAttempts() {
    return maxAttempts;
  }

  /** Whether {@code failure} of attempt {@code attempt}, counted from 1, is followed by another. */
  public boolean retries(Throwable failure, int attempt) {
    return attempt < maxAttempts && retryIf.test(failure);
  }

  /** The pause after attempt {@code attempt}, counted from 1. */
  public Duration delayAfter(int attempt) {
    double nanos = (double) firstDelay.toNanos() * Math.pow(factor, attempt - 1.0);
    return Duration.ofNanos((long) Math.min(nanos, (double) maxDelay.toNanos()));
  }
}
