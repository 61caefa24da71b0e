package dev.dbos.internal.engine;

import dev.dbos.internal.engine.Takeover.ReadyRun;
import dev.dbos.internal.store.QueueLoad;
import java.util.HashMap;
import java.util.Map;

/** What this process is running of one queue, those included that sleep or wait. */
final class RunningOfQueue {
  private final Runnable ended;
  private final Map<String, Integer> byPartition = new HashMap<>();
  private int total;

  /**
   * Of nothing yet.
   *
   * @param ended runs when one of them has ended
   */
  RunningOfQueue(Runnable ended) {
    this.ended = ended;
  }

  /** One that begins. */
  @SuppressWarnings("FutureReturnValueIgnored") // nothing in it throws
  void add(ReadyRun ready) {
    String key = QueueLoad.key(ready.workflow().place().partitionKey());
    count(key, 1);
    var unused =
        ready
            .run()
            .left()
            .whenComplete(
                (nothing, failure) -> {
                  count(key, -1);
                  ended.run();
                });
  }

  private synchronized void count(String key, int change) {
    total += change;
    byPartition.merge(key, change, Integer::sum);
    byPartition.remove(key, 0);
  }

  /** How much there is. */
  synchronized QueueLoad load() {
    return new QueueLoad(total, byPartition);
  }
}
