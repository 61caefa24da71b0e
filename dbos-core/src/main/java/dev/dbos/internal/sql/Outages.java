package dev.dbos.internal.sql;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Does again what an outage keeps from being done. */
public final class Outages {
  private Outages() {}

  /**
   * Does it until it works, or fails for another reason than an outage or a conflict.
   *
   * @param pause waits for so long, with growing durations; false when nobody waits any longer, so
   *     that the failure is thrown. Whatever ends the waiting otherwise, it throws
   */
  public static <R extends @Nullable Object> R outlast(
      Supplier<R> work, Predicate<Duration> pause) {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    for (int attempt = 1; ; attempt++) {
      try {
        return work.get();
      } catch (RuntimeException failure) {
        if (!SqlFailure.of(failure).isRetryable() || !pause.test(outages.after(attempt))) {
          throw failure;
        }
      }
    }
  }
}
