package dev.dbos.workflow;

import dev.dbos.serialization.Payload;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A finished step as the system database holds it.
 *
 * @param stepId its position, from 0, in the order in which steps were begun
 * @param name the step's name; for a child workflow the child's
 * @param payload the recorded output or error, as stored
 * @param childId the id of the child workflow it started or waited for, or null
 * @param startedAtOrNull when it began, or null where another implementation left it out
 * @param completedAtOrNull when it ended, or null where another implementation left it out
 */
public record StepStatus(
    int stepId,
    String name,
    Payload payload,
    @Nullable String childId,
    @Nullable Instant startedAtOrNull,
    @Nullable Instant completedAtOrNull) {

  /** The id of the child workflow it started or waited for. */
  public Optional<String> childWorkflowId() {
    return Optional.ofNullable(childId);
  }

  /** When the step began. */
  public Optional<Instant> startedAt() {
    return Optional.ofNullable(startedAtOrNull);
  }

  /** When the step ended. */
  public Optional<Instant> completedAt() {
    return Optional.ofNullable(completedAtOrNull);
  }
}
