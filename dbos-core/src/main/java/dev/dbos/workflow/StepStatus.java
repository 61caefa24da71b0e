package dev.dbos.workflow;

import dev.dbos.serialization.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A finished step as the system database holds it.
 *
 * @param stepId its position, from 0, in the order in which steps were begun
 * @param name the step's name; for a child workflow the child's
 * @param payloadOrNull the recorded output or error, as stored, or null when it was not read
 * @param state whether it ended in an error
 * @param childIdOrNull the child workflow it started or waited for, or null
 * @param startedAtOrNull when it began, or null where another implementation left it out
 * @param completedAtOrNull when it ended, likewise
 */
public record StepStatus(
    int stepId,
    String name,
    @Nullable Payload payloadOrNull,
    State state,
    @Nullable String childIdOrNull,
    @Nullable Instant startedAtOrNull,
    @Nullable Instant completedAtOrNull) {

  /** How a step ended. */
  public enum State {
    /** With an output. */
    SUCCESS,
    /** With an exception. */
    ERROR
  }

  /**
   * The recorded output or error, as stored.
   *
   * @throws IllegalStateException when the query did not ask for it
   */
  public Payload payload() {
    if (payloadOrNull == null) {
      throw new IllegalStateException(
          "The output of step " + stepId + " was not read. Ask with StepQuery.withOutputs().");
    }
    return payloadOrNull;
  }

  /** The id of the child workflow it started or waited for. */
  public Optional<String> childWorkflowId() {
    return Optional.ofNullable(childIdOrNull);
  }

  /** When the step began; empty where another implementation left it out. */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(startedAtOrNull);
  }

  /** When the step ended; empty where another implementation left it out. */
  public Optional<Instant> completedAt() {
    return Optional.ofNullable(completedAtOrNull);
  }

  /** How long it took, to the millisecond, over all its attempts in the run that recorded it. */
  public Optional<Duration> duration() {
    return startedAtOrNull == null || completedAtOrNull == null
        ? Optional.empty()
        : Optional.of(Duration.between(startedAtOrNull, completedAtOrNull));
  }

  @Override
  public String toString() {
    String kind = state == State.ERROR ? " (error)" : "";
    return "step " + stepId + " \"" + name + "\"" + kind;
  }
}
