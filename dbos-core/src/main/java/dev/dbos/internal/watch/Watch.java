package dev.dbos.internal.watch;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One thread's interest in some conditions. It is told once, when one of them may be fulfilled, and
 * then looks for itself; whoever looks after this was opened cannot miss anything. Closed when the
 * thread has stopped waiting.
 */
public final class Watch implements AutoCloseable {
  /** Other implementations end workflows without telling; so for that nobody waits to be told. */
  private static final Duration ENDS = Duration.ofSeconds(1);

  private final Watches watches;
  private final List<Condition> conditions;
  private final CompletableFuture<@Nullable Void> told = new CompletableFuture<>();

  private final long longestPauseNanos;

  /** Set once when it is opened, then only by the thread that polls. */
  private volatile long nextLook;

  private long pauseNanos;

  Watch(Watches watches, List<Condition> conditions) {
    this.watches = watches;
    this.conditions = conditions;
    this.longestPauseNanos =
        conditions.stream().anyMatch(Condition.Ended.class::isInstance)
            ? ENDS.toNanos()
            : Long.MAX_VALUE;
  }

  /** Completes when it is worth a look; exceptionally when nobody watches any more. */
  public CompletableFuture<@Nullable Void> told() {
    return told;
  }

  List<Condition> conditions() {
    return conditions;
  }

  long nextLook() {
    return nextLook;
  }

  /** Has it looked at soon, and then less and less often. */
  void lookFirst(long now, Pace pace) {
    pauseNanos = pace.firstNanos();
    nextLook = now + pauseNanos;
  }

  void lookAgain(long now, Pace pace) {
    long longest = Math.min(pace.lastNanos(), longestPauseNanos);
    pauseNanos = Math.min(Math.max(pauseNanos * 2, pace.firstNanos()), longest);
    nextLook = now + pauseNanos;
  }

  @Override
  public void close() {
    watches.remove(this);
  }
}
