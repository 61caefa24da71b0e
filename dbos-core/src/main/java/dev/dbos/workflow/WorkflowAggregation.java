package dev.dbos.workflow;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What workflows are counted by: some of their properties, the time they were created, or both.
 * Immutable.
 *
 * <pre>{@code
 * dbos.aggregate(WorkflowQuery.all(), WorkflowAggregation.by(STATUS, NAME).overTime(ofHours(1)))
 * }</pre>
 */
public final class WorkflowAggregation {
  private static final int DEFAULT_LIMIT = 10_000;

  /** A property to group by. */
  public enum Property {
    /** The state. */
    STATUS,
    /** The name. */
    NAME,
    /** The queue. */
    QUEUE,
    /** The application version. */
    VERSION,
    /** The process that runs or ran it. */
    EXECUTOR,
    /** The application that owns it. */
    APPLICATION
  }

  private final Set<Property> properties;
  private final @Nullable Duration bucket;
  private final int limit;

  private WorkflowAggregation(Set<Property> properties, @Nullable Duration bucket, int limit) {
    this.properties = properties;
    this.bucket = bucket;
    this.limit = limit;
  }

  /** One group for each combination of these. */
  public static WorkflowAggregation by(Property property, Property... more) {
    return new WorkflowAggregation(EnumSet.of(property, more), null, DEFAULT_LIMIT);
  }

  /**
   * One group for each combination of these.
   *
   * @throws IllegalArgumentException when it is empty
   */
  public static WorkflowAggregation by(Collection<Property> properties) {
    return new WorkflowAggregation(Buckets.some(properties), null, DEFAULT_LIMIT);
  }

  /**
   * One group for each period in which some were created.
   *
   * @throws IllegalArgumentException when the period is shorter than a millisecond
   */
  public static WorkflowAggregation byTime(Duration period) {
    return new WorkflowAggregation(Set.of(), Buckets.period(period), DEFAULT_LIMIT);
  }

  /**
   * Also by the time of creation, in periods that are counted from the epoch.
   *
   * @throws IllegalArgumentException when the period is shorter than a millisecond
   */
  public WorkflowAggregation overTime(Duration period) {
    return new WorkflowAggregation(properties, Buckets.period(period), limit);
  }

  /**
   * At most this many groups; default 10,000.
   *
   * @throws IllegalArgumentException when {@code most} is less than 1
   */
  public WorkflowAggregation withLimit(int most) {
    return new WorkflowAggregation(properties, bucket, Buckets.limit(most));
  }

  /** What is grouped by, beside time. */
  public Set<Property> properties() {
    return Set.copyOf(properties);
  }

  /** The length of the periods; empty when time does not matter. */
  public Optional<Duration> bucket() {
    return Optional.ofNullable(bucket);
  }

  /** The most groups to return. */
  public int limit() {
    return limit;
  }
}
