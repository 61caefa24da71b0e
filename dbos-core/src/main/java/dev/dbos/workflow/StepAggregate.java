package dev.dbos.workflow;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A group of steps.
 *
 * @param nameOrNull their name, or null when it was not grouped by
 * @param stateOrNull how they ended, or null when it was not grouped by
 * @param bucketOrNull the beginning of the period they ended in, or null when time was not asked
 *     for, or the database has none
 * @param count how many they are
 * @param longestOrNull the longest time one took, or null when the database has no times
 */
public record StepAggregate(
    @Nullable String nameOrNull,
    StepStatus.@Nullable State stateOrNull,
    @Nullable Instant bucketOrNull,
    long count,
    @Nullable Duration longestOrNull) {

  /** Their name. */
  public Optional<String> name() {
    return Optional.ofNullable(nameOrNull);
  }

  /** How they ended. */
  public Optional<StepStatus.State> state() {
    return Optional.ofNullable(stateOrNull);
  }

  /** The beginning of the period. */
  public Optional<Instant> bucket() {
    return Optional.ofNullable(bucketOrNull);
  }

  /** The longest time one of them took. */
  public Optional<Duration> longest() {
    return Optional.ofNullable(longestOrNull);
  }
}
