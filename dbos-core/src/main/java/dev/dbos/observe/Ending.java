package dev.dbos.observe;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How an operation ended.
 *
 * @param outcome how
 * @param duration how long it took from its beginning, pauses included
 * @param attempts how many times its body was run; 0 when the result was found, recorded by an
 *     earlier attempt
 * @param failureOrNull what it threw, or null
 */
public record Ending(
    Outcome outcome, Duration duration, int attempts, @Nullable Throwable failureOrNull) {

  /** Ways to end. */
  public enum Outcome {
    /** With a result. */
    SUCCESS,
    /** With an exception, which is its result. */
    ERROR,
    /** Without a result here: cancelled, closed, or taken over by another run. */
    STOPPED
  }

  /** What it threw. */
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failureOrNull);
  }
}
