package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import dev.dbos.workflow.StartOptions.Delay;
import org.jspecify.annotations.Nullable;

/**
 * How a workflow waits in a queue, if it does at all.
 *
 * @param queue null to start at once
 * @param priority 0 for none, which is before all others
 * @param deduplication null for none
 * @param partitionKey null for none
 * @param version the application's version that is to run it, null for the default
 */
record Queueing(
    @Nullable String queue,
    int priority,
    @Nullable Deduplication deduplication,
    @Nullable String partitionKey,
    Delay delay,
    @Nullable String version,
    Target target) {
  static final Queueing NONE = new Queueing(null, 0, null, null, Delay.None.ONE, null, Target.OWN);

  Queueing withQueue(String queueName) {
    if (queueName.isBlank()) {
      throw new IllegalArgumentException("A queue's name must not be blank.");
    }
    StoredName.require("name of a queue", queueName);
    return new Queueing(queueName, priority, deduplication, partitionKey, delay, version, target);
  }

  Queueing withPriority(int number) {
    if (number < 1) {
      throw new IllegalArgumentException(
          "Invalid priority " + number + ". Priority must be between 1~2147483647.");
    }
    return new Queueing(queue, number, deduplication, partitionKey, delay, version, target);
  }

  Queueing withDeduplication(Deduplication only) {
    return new Queueing(queue, priority, only, partitionKey, delay, version, target);
  }

  Queueing withPartitionKey(String key) {
    if (key.isBlank()) {
      throw new IllegalArgumentException("A partition key must not be blank.");
    }
    StoredName.require("partition key", key);
    return new Queueing(queue, priority, deduplication, key, delay, version, target);
  }

  Queueing withDelay(Delay wait) {
    return new Queueing(queue, priority, deduplication, partitionKey, wait, version, target);
  }

  Queueing withVersion(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("An application version must not be blank.");
    }
    StoredName.require("application version", name);
    return new Queueing(queue, priority, deduplication, partitionKey, delay, name, target);
  }

  Queueing withTarget(Target meant) {
    return new Queueing(queue, priority, deduplication, partitionKey, delay, version, meant);
  }
}
