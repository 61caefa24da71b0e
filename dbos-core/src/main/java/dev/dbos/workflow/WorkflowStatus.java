package dev.dbos.workflow;

import dev.dbos.serialization.Payload;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A workflow as the system database holds it, at the moment it was read.
 *
 * @param id the workflow's id
 * @param name the workflow's name
 * @param state where it stands
 * @param outcome the recorded output or error, as stored; {@link Payload#NOTHING} before it ended
 * @param origin who owns it and where it came from
 * @param progress its attempts and times
 */
public record WorkflowStatus(
    String id,
    String name,
    WorkflowState state,
    Payload outcome,
    Origin origin,
    Progress progress) {

  /**
   * Who owns a workflow and where it came from.
   *
   * @param applicationName the application that owns it, or null when none does
   * @param applicationVersion the version it started on, or null
   * @param executorId the process that runs or ran it, or null before the first
   * @param parentId the workflow that started it, or null
   */
  public record Origin(
      @Nullable String applicationName,
      @Nullable String applicationVersion,
      @Nullable String executorId,
      @Nullable String parentId) {}

  /**
   * A workflow's attempts and times.
   *
   * @param attempts how many times it was started or recovered
   * @param createdAt when it was started first
   * @param updatedAt when its row changed last
   * @param completedAtOrNull when it ended, or null
   */
  public record Progress(
      long attempts, Instant createdAt, Instant updatedAt, @Nullable Instant completedAtOrNull) {}

  /** How many times it was started or recovered. */
  public long attempts() {
    return progress.attempts();
  }

  /** When it was started first. */
  public Instant createdAt() {
    return progress.createdAt();
  }

  /** When it ended. */
  public Optional<Instant> completedAt() {
    return Optional.ofNullable(progress.completedAtOrNull());
  }

  /** The workflow that started it. */
  public Optional<String> parentId() {
    return Optional.ofNullable(origin.parentId());
  }

  /** The process that runs or ran it. */
  public Optional<String> executorId() {
    return Optional.ofNullable(origin.executorId());
  }
}
