package dev.dbos.workflow;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * How long finished workflows are kept: those that ended a while ago go, or those beyond a number,
 * or both, whichever comes first. Immutable; each {@code with} method returns a changed copy.
 *
 * <p>A workflow has finished when it succeeded, failed, was cancelled, or was set aside after too
 * many attempts. One that another workflow has started stays as long as that one is there, and goes
 * with it; while anything that it has started goes on, or a fork of it, it stays itself.
 */
public final class Retention {
  private static final int BATCH = 500;
  private static final Duration INTERVAL = Duration.ofMinutes(10);

  private final @Nullable Duration age;
  private final @Nullable Long newest;
  private final int batchSize;
  private final Duration interval;

  private Retention(
      @Nullable Duration age, @Nullable Long newest, int batchSize, Duration interval) {
    this.age = age;
    this.newest = newest;
    this.batchSize = batchSize;
    this.interval = interval;
  }

  /**
   * Keeps a workflow for so long after its end.
   *
   * @throws IllegalArgumentException when {@code age} is negative
   */
  public static Retention age(Duration age) {
    return new Retention(checked(age, "age"), null, BATCH, INTERVAL);
  }

  /**
   * Keeps so many of those that ended last, without counting what they have started.
   *
   * @throws IllegalArgumentException when {@code count} is negative
   */
  public static Retention newest(long count) {
    return new Retention(null, checked(count), BATCH, INTERVAL);
  }

  /** Keeps none for longer than this after its end, either; see {@link #age(Duration)}. */
  public Retention withAge(Duration newAge) {
    return new Retention(checked(newAge, "age"), newest, batchSize, interval);
  }

  /** Keeps no more than this, either; see {@link #newest(long)}. */
  public Retention withNewest(long count) {
    return new Retention(age, checked(count), batchSize, interval);
  }

  /**
   * How many are deleted in one transaction; default 500.
   *
   * @throws IllegalArgumentException when {@code size} is not from 1 to 10,000
   */
  public Retention withBatchSize(int size) {
    if (size < 1 || size > 10_000) {
      throw new IllegalArgumentException("batchSize must be from 1 to 10000: " + size);
    }
    return new Retention(age, newest, size, interval);
  }

  /**
   * How often a running application looks what there is to delete; default every 10 minutes.
   *
   * @throws IllegalArgumentException when {@code newInterval} is less than a second
   */
  public Retention withInterval(Duration newInterval) {
    if (newInterval.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException("interval must be at least 1 s: " + newInterval);
    }
    return new Retention(age, newest, batchSize, newInterval);
  }

  private static Duration checked(Duration value, String name) {
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative: " + value);
    }
    return value;
  }

  private static long checked(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("newest must not be negative: " + count);
    }
    return count;
  }

  /** How long a workflow is kept after its end; empty for as long as it is among the newest. */
  public Optional<Duration> age() {
    return Optional.ofNullable(age);
  }

  /** How many are kept; empty for as many as are young enough. */
  public OptionalLong newest() {
    return newest == null ? OptionalLong.empty() : OptionalLong.of(newest);
  }

  /** How many are deleted in one transaction. */
  public int batchSize() {
    return batchSize;
  }

  /** How often a running application looks. */
  public Duration interval() {
    return interval;
  }

  @Override
  public String toString() {
    return "retention of "
        + (age == null ? "" : age)
        + (age == null || newest == null ? "" : " and ")
        + (newest == null ? "" : "the newest " + newest);
  }
}
