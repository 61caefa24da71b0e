package dev.dbos.workflow;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which steps to list or count; by default all, without their outputs. Immutable. Filters of
 * different kinds all have to hold.
 */
public final class StepQuery {
  private static final StepQuery ALL =
      new StepQuery(new Filters(null, null, null, null), Integer.MAX_VALUE, -1, false);

  private record Filters(
      @Nullable Set<String> names,
      StepStatus.@Nullable State state,
      @Nullable Instant completedFrom,
      @Nullable Instant completedBefore) {}

  private final Filters filters;
  private final int limit;
  private final int afterStepId;
  private final boolean outputs;

  private StepQuery(Filters filters, int limit, int afterStepId, boolean outputs) {
    this.filters = filters;
    this.limit = limit;
    this.afterStepId = afterStepId;
    this.outputs = outputs;
  }

  /** Every step. */
  public static StepQuery all() {
    return ALL;
  }

  /** Only steps of one of these names. */
  public StepQuery withName(String name, String... more) {
    Set<String> names = new LinkedHashSet<>(Set.of(name));
    names.addAll(Arrays.asList(more));
    return with(
        new Filters(
            Collections.unmodifiableSet(names),
            filters.state(),
            filters.completedFrom(),
            filters.completedBefore()));
  }

  /** Only steps that ended like this. */
  public StepQuery withState(StepStatus.State state) {
    return with(
        new Filters(filters.names(), state, filters.completedFrom(), filters.completedBefore()));
  }

  /** Only steps that ended at this moment or later. */
  public StepQuery completedFrom(Instant from) {
    return with(new Filters(filters.names(), filters.state(), from, filters.completedBefore()));
  }

  /** Only steps that ended before this moment. */
  public StepQuery completedBefore(Instant before) {
    return with(new Filters(filters.names(), filters.state(), filters.completedFrom(), before));
  }

  private StepQuery with(Filters changed) {
    return new StepQuery(changed, limit, afterStepId, outputs);
  }

  /** Only steps behind this position; to list on from {@link StepStatus#stepId()}. */
  public StepQuery after(int stepId) {
    return new StepQuery(filters, limit, stepId, outputs);
  }

  /**
   * At most this many; default no limit.
   *
   * @throws IllegalArgumentException when {@code most} is less than 1
   */
  public StepQuery withLimit(int most) {
    return new StepQuery(filters, Buckets.limit(most), afterStepId, outputs);
  }

  /** Reads outputs and errors, too, which is not the default since they may be large. */
  public StepQuery withOutputs() {
    return new StepQuery(filters, limit, afterStepId, true);
  }

  /** The names asked for; empty for any. */
  public Optional<Set<String>> names() {
    return Optional.ofNullable(filters.names());
  }

  /** How the steps asked for ended; empty for either way. */
  public Optional<StepStatus.State> state() {
    return Optional.ofNullable(filters.state());
  }

  /** The beginning of the period asked for. */
  public Optional<Instant> completedFrom() {
    return Optional.ofNullable(filters.completedFrom());
  }

  /** The end of the period asked for. */
  public Optional<Instant> completedBefore() {
    return Optional.ofNullable(filters.completedBefore());
  }

  /** The position behind which it begins. */
  public int afterStepId() {
    return afterStepId;
  }

  /** The most steps to return. */
  public int limit() {
    return limit;
  }

  /** Whether outputs and errors are asked for. */
  public boolean outputs() {
    return outputs;
  }
}
