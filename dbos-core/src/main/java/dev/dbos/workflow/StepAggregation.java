package dev.dbos.workflow;

import java.time.Duration;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What steps are counted by: name, state, the time they ended. Immutable. */
public final class StepAggregation {
  private static final int DEFAULT_LIMIT = 10_000;

  /** A property to group by. */
  public enum Property {
    /** The step's name. */
    NAME,
    /** Whether it ended in an error. */
    STATUS
  }

  private final Set<Property> properties;
  private final @Nullable Duration bucket;
  private final int limit;

  private StepAggregation(Set<Property> properties, @Nullable Duration bucket, int limit) {
    this.properties = properties;
    this.bucket = bucket;
    this.limit = limit;
  }

  /** One group for each combination of these. */
  public static StepAggregation by(Property property, Property... more) {
    return new StepAggregation(EnumSet.of(property, more), null, DEFAULT_LIMIT);
  }

  /**
   * One group for each combination of these.
   *
   * @throws IllegalArgumentException when it is empty
   */
  public static StepAggregation by(Collection<Property> properties) {
    return new StepAggregation(Buckets.some(properties), null, DEFAULT_LIMIT);
  }

  /**
   * One group for each period in which some ended.
   *
   * @throws IllegalArgumentException when the period is shorter than a millisecond
   */
  public static StepAggregation byTime(Duration period) {
    return new StepAggregation(Set.of(), Buckets.period(period), DEFAULT_LIMIT);
  }

  /**
   * Also by the time they ended, in periods that are counted from the epoch.
   *
   * @throws IllegalArgumentException when the period is shorter than a millisecond
   */
  public StepAggregation overTime(Duration period) {
    return new StepAggregation(properties, Buckets.period(period), limit);
  }

  /**
   * At most this many groups; default 10,000.
   *
   * @throws IllegalArgumentException when {@code most} is less than 1
   */
  public StepAggregation withLimit(int most) {
    return new StepAggregation(properties, bucket, Buckets.limit(most));
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
