package dev.dbos.internal.store;

import dev.dbos.workflow.Queue;
import org.jspecify.annotations.Nullable;

/**
 * A queue as it is registered.
 *
 * @param queue its settings
 * @param applicationName whose it is, or null for nobody's
 */
public record RegisteredQueue(Queue queue, @Nullable String applicationName) {
  /** Whether what may be taken depends on what other processes have taken. */
  boolean sharesBudget() {
    return queue.concurrency().isPresent()
        || queue.rateLimit().isPresent()
        || queue.partitionConcurrency().isPresent()
        || queue.partitionRateLimit().isPresent();
  }

  /** Whether starts are counted. */
  boolean isRateLimited() {
    return queue.rateLimit().isPresent() || queue.partitionRateLimit().isPresent();
  }

  /** Whether there is any limit. */
  public boolean isLimited() {
    return sharesBudget() || queue.workerConcurrency().isPresent() || queue.isPartitioned();
  }
}
