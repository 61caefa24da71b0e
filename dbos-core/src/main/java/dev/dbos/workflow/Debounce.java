package dev.dbos.workflow;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How calls for one workflow become one: those with the same key start it once, with the input of
 * the last of them, when there was none for a period. By default they can put it off for ever.
 * Immutable.
 */
public final class Debounce {
  private final String key;
  private final Duration period;
  private final @Nullable Duration limit;

  private Debounce(String key, Duration period, @Nullable Duration limit) {
    this.key = key;
    this.period = period;
    this.limit = limit;
  }

  /**
   * Of the calls with a key.
   *
   * @param key what calls have in common that are about the same, for one workflow
   * @param period how long no further call may come before the workflow starts
   * @throws IllegalArgumentException when {@code key} is blank, or {@code period} is less than a
   *     millisecond
   */
  public static Debounce of(String key, Duration period) {
    if (key.isBlank()) {
      throw new IllegalArgumentException("A debounce key must not be blank.");
    }
    requirePositive("period", period);
    return new Debounce(key, Objects.requireNonNull(period), null);
  }

  /**
   * With the workflow starting so long after the first call, however many more come; the first call
   * decides. Default no limit.
   *
   * @throws IllegalArgumentException when it is less than a millisecond
   */
  public Debounce withLimit(Duration overall) {
    requirePositive("limit", overall);
    return new Debounce(key, period, overall);
  }

  private static void requirePositive(String what, Duration duration) {
    if (duration.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException(
          "The " + what + " of a debounce must be at least 1 ms: " + duration);
    }
  }

  /** What the calls have in common. */
  public String key() {
    return key;
  }

  /** How long no further call may come before the workflow starts. */
  public Duration period() {
    return period;
  }

  /** How long after the first call it starts at the latest; empty for no limit. */
  public Optional<Duration> limit() {
    return Optional.ofNullable(limit);
  }

  @Override
  public String toString() {
    return "debounce " + key + " for " + period + (limit == null ? "" : ", at most " + limit);
  }
}
