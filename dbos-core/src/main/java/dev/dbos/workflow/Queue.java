package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * A queue and how fast workflows are taken out of it; by default without limits. The limits are
 * shared by all processes, and exact however many there are. Immutable.
 *
 * <p>Workflows leave a queue by priority and then in the order in which they were put there. One
 * that sleeps or waits counts as running.
 */
public final class Queue {
  private static final Duration POLLING_INTERVAL = Duration.ofSeconds(1);

  private final String name;
  private final Limits limits;
  private final Limits partitionLimits;
  private final Duration pollingInterval;

  private Queue(String name, Limits limits, Limits partitionLimits, Duration pollingInterval) {
    this.name = name;
    this.limits = limits;
    this.partitionLimits = partitionLimits;
    this.pollingInterval = pollingInterval;
  }

  /**
   * How much at once, of a queue or of each of its partitions; what is null is not limited.
   *
   * @param concurrency how many run at once in all processes
   * @param workerConcurrency how many run at once in each process
   * @param rate how many start in a period
   */
  record Limits(
      @Nullable Integer concurrency,
      @Nullable Integer workerConcurrency,
      @Nullable RateLimit rate) {
    static final Limits NONE = new Limits(null, null, null);

    Limits {
      requirePositive("concurrency", concurrency);
      requirePositive("worker concurrency", workerConcurrency);
      if (concurrency != null && workerConcurrency != null && workerConcurrency > concurrency) {
        throw new IllegalArgumentException(
            "The concurrency ("
                + concurrency
                + ") must be greater than or equal to the worker concurrency ("
                + workerConcurrency
                + ").");
      }
    }

    private static void requirePositive(String what, @Nullable Integer limit) {
      if (limit != null && limit < 1) {
        throw new IllegalArgumentException("The " + what + " must be at least 1: " + limit);
      }
    }
  }

  /**
   * A queue of this name without limits.
   *
   * @throws IllegalArgumentException when the name is blank
   */
  public static Queue named(String name) {
    if (name.isBlank()) {
      throw new IllegalArgumentException("A queue's name must not be blank.");
    }
    StoredName.require("name of a queue", name);
    return new Queue(name, Limits.NONE, Limits.NONE, POLLING_INTERVAL);
  }

  /**
   * Runs at most so many at once, in all processes together. What a process had running that died
   * does not count.
   *
   * @throws IllegalArgumentException when it is less than 1, or than the worker concurrency
   */
  public Queue withConcurrency(int limit) {
    return with(new Limits(limit, limits.workerConcurrency, limits.rate));
  }

  /**
   * Runs at most so many at once in each process.
   *
   * @throws IllegalArgumentException when it is less than 1, or more than the concurrency
   */
  public Queue withWorkerConcurrency(int limit) {
    return with(new Limits(limits.concurrency, limit, limits.rate));
  }

  /**
   * Starts at most so many in any period of this length, by the clock of the database.
   *
   * @throws IllegalArgumentException when {@code starts} is less than 1 or {@code period} less than
   *     a millisecond
   */
  public Queue withRateLimit(int starts, Duration period) {
    return with(
        new Limits(limits.concurrency, limits.workerConcurrency, new RateLimit(starts, period)));
  }

  /** Starts as fast as it can. */
  public Queue withoutRateLimit() {
    return with(new Limits(limits.concurrency, limits.workerConcurrency, null));
  }

  /** Runs as many at once as there are, in all processes and in each. */
  public Queue withoutConcurrency() {
    return with(new Limits(null, null, limits.rate));
  }

  /**
   * Runs at most so many at once of each partition key, in all processes together.
   *
   * @throws IllegalArgumentException when it is less than 1, or than the worker concurrency of
   *     partitions
   */
  public Queue withPartitionConcurrency(int limit) {
    return withPartitions(
        new Limits(limit, partitionLimits.workerConcurrency, partitionLimits.rate));
  }

  /**
   * Runs at most so many at once of each partition key in each process.
   *
   * @throws IllegalArgumentException when it is less than 1, or more than the concurrency of
   *     partitions
   */
  public Queue withPartitionWorkerConcurrency(int limit) {
    return withPartitions(new Limits(partitionLimits.concurrency, limit, partitionLimits.rate));
  }

  /**
   * Starts at most so many of each partition key in any period of this length.
   *
   * @throws IllegalArgumentException when {@code starts} is less than 1 or {@code period} less than
   *     a millisecond
   */
  public Queue withPartitionRateLimit(int starts, Duration period) {
    return withPartitions(
        new Limits(
            partitionLimits.concurrency,
            partitionLimits.workerConcurrency,
            new RateLimit(starts, period)));
  }

  /** Does not tell partition keys apart. */
  public Queue withoutPartitionLimits() {
    return withPartitions(Limits.NONE);
  }

  /**
   * How often an idle process looks whether there is something to do; default 1 s. What processes
   * of this library put into the queue is told to the others at once, except between processes on
   * SQLite and on CockroachDB.
   *
   * @throws IllegalArgumentException when it is less than a millisecond
   */
  public Queue withPollingInterval(Duration interval) {
    if (interval.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("A polling interval must be at least 1 ms: " + interval);
    }
    return new Queue(name, limits, partitionLimits, interval);
  }

  private Queue with(Limits changed) {
    return new Queue(name, changed, partitionLimits, pollingInterval);
  }

  private Queue withPartitions(Limits changed) {
    return new Queue(name, limits, changed, pollingInterval);
  }

  /** The name. */
  public String name() {
    return name;
  }

  /** How many run at once in all processes; empty for no limit. */
  public OptionalInt concurrency() {
    return optional(limits.concurrency);
  }

  /** How many run at once in each process; empty for no limit. */
  public OptionalInt workerConcurrency() {
    return optional(limits.workerConcurrency);
  }

  /** How many start in a period; empty for no limit. */
  public Optional<RateLimit> rateLimit() {
    return Optional.ofNullable(limits.rate);
  }

  /** How many of each partition key run at once in all processes; empty for no limit. */
  public OptionalInt partitionConcurrency() {
    return optional(partitionLimits.concurrency);
  }

  /** How many of each partition key run at once in each process; empty for no limit. */
  public OptionalInt partitionWorkerConcurrency() {
    return optional(partitionLimits.workerConcurrency);
  }

  /** How many of each partition key start in a period; empty for no limit. */
  public Optional<RateLimit> partitionRateLimit() {
    return Optional.ofNullable(partitionLimits.rate);
  }

  /** Whether there are limits for each partition key. */
  public boolean isPartitioned() {
    return !partitionLimits.equals(Limits.NONE);
  }

  /** How often an idle process looks whether there is something to do. */
  public Duration pollingInterval() {
    return pollingInterval;
  }

  private static OptionalInt optional(@Nullable Integer limit) {
    return limit == null ? OptionalInt.empty() : OptionalInt.of(limit);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Queue queue
        && name.equals(queue.name)
        && limits.equals(queue.limits)
        && partitionLimits.equals(queue.partitionLimits)
        && pollingInterval.equals(queue.pollingInterval);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, limits, partitionLimits, pollingInterval);
  }

  @Override
  public String toString() {
    return "queue " + name;
  }
}
