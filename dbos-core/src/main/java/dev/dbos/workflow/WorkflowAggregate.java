package dev.dbos.workflow;

import dev.dbos.workflow.WorkflowAggregation.Property;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A group of workflows.
 *
 * @param values what those in the group have in common; a property that they all lack is missing
 * @param bucketOrNull the beginning of the period they were created in, or null when time was not
 *     asked for
 * @param count how many they are
 * @param firstCreatedAt when the first of them was created
 * @param longestWaitOrNull the longest time one was queued, or null when none was
 * @param longestLatencyOrNull the longest time from a creation to its end, or null when none ended
 */
public record WorkflowAggregate(
    Map<Property, String> values,
    @Nullable Instant bucketOrNull,
    long count,
    Instant firstCreatedAt,
    @Nullable Duration longestWaitOrNull,
    @Nullable Duration longestLatencyOrNull) {
  /** Copies the values. */
  public WorkflowAggregate {
    values = Map.copyOf(values);
  }

  /** The value of a property; empty when they lack it, and when it was not grouped by. */
  public Optional<String> value(Property property) {
    return Optional.ofNullable(values.get(property));
  }

  /** The beginning of the period. */
  public Optional<Instant> bucket() {
    return Optional.ofNullable(bucketOrNull);
  }

  /** The longest time one of them was queued before it began. */
  public Optional<Duration> longestWait() {
    return Optional.ofNullable(longestWaitOrNull);
  }

  /** The longest time from a creation to its end. */
  public Optional<Duration> longestLatency() {
    return Optional.ofNullable(longestLatencyOrNull);
  }
}
