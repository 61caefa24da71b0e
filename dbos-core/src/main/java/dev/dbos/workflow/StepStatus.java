package dev.dbos.workflow;

import dev.dbos.serialization.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A finished step as the system database holds it. Immutable. */
public final class StepStatus {
  private final int stepId;
  private final String name;
  private final Payload payload;
  private final @Nullable String childId;
  private final @Nullable Instant startedAt;
  private final @Nullable Instant completedAt;

  /** A step; its times and child are null where the database has none. */
  public StepStatus(
      int stepId,
      String name,
      Payload payload,
      @Nullable String childId,
      @Nullable Instant startedAt,
      @Nullable Instant completedAt) {
    this.stepId = stepId;
    this.name = name;
    this.payload = payload;
    this.childId = childId;
    this.startedAt = startedAt;
    this.completedAt = completedAt;
  }

  /** Its position, from 0, in the order in which steps were begun. */
  public int stepId() {
    return stepId;
  }

  /** The step's name; for a child workflow the child's. */
  public String name() {
    return name;
  }

  /** The recorded output or error, as stored. */
  public Payload payload() {
    return payload;
  }

  /** The id of the child workflow it started or waited for. */
  public Optional<String> childWorkflowId() {
    return Optional.ofNullable(childId);
  }

  /** When the step began; empty where another implementation left it out. */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(startedAt);
  }

  /** When the step ended; empty where another implementation left it out. */
  public Optional<Instant> completedAt() {
    return Optional.ofNullable(completedAt);
  }

  /** How long it took, to the millisecond, over all its attempts in the run that recorded it. */
  public Optional<Duration> duration() {
    return startedAt == null || completedAt == null
        ? Optional.empty()
        : Optional.of(Duration.between(startedAt, completedAt));
  }

  @Override
  public String toString() {
    String kind = payload.isError() ? " (error)" : "";
    return "step " + stepId + " \"" + name + "\"" + kind;
  }
}
