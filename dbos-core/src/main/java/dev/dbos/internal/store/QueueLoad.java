package dev.dbos.internal.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What of a queue is running in one process.
 *
 * @param total how many workflows
 * @param byPartition how many of each partition key; empty text for those without one
 */
public record QueueLoad(int total, Map<String, Integer> byPartition) {
  /** The key that stands for none. */
  static final String NO_KEY = "";

  /** Copies the map. */
  public QueueLoad {
    byPartition = Map.copyOf(byPartition);
  }

  int of(String partitionKey) {
    return byPartition.getOrDefault(partitionKey, 0);
  }

  /** The key under which a partition is counted. */
  public static String key(@Nullable String partitionKey) {
    return partitionKey == null ? NO_KEY : partitionKey;
  }
}
