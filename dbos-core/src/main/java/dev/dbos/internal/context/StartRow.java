package dev.dbos.internal.context;

import dev.dbos.serialization.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A workflow that begins, here and now or after it has waited in a queue.
 *
 * @param workflowId its id
 * @param name its name
 * @param inputs its serialized input
 * @param format the format of input, output and error
 * @param placement where it begins
 * @param terms under which it runs
 * @param createdAtMillis when, epoch ms
 */
public record StartRow(
    String workflowId,
    String name,
    String inputs,
    String format,
    Placement placement,
    Terms terms,
    long createdAtMillis) {

  /** The input with its format. */
  public Payload input() {
    return Payload.output(inputs, format);
  }

  /** Where a workflow begins. */
  public sealed interface Placement {}

  /**
   * Under which terms a workflow runs.
   *
   * @param parentId the workflow that starts it, or null
   * @param timeoutMillis how long it may take from each start, or null
   * @param own its deadline and whom it runs for; what it hands down, too
   * @param attributes a JSON object, or null
   */
  public record Terms(
      @Nullable String parentId,
      @Nullable Long timeoutMillis,
      Inheritance own,
      @Nullable String attributes) {
    /** None but to have been started by {@code parentId}, or by nobody. */
    public static Terms of(@Nullable String parentId) {
      return new Terms(parentId, null, Inheritance.NONE, null);
    }

    /** Whether there is nothing to write but the parent. */
    public boolean isPlain() {
      return timeoutMillis == null && attributes == null && own.equals(Inheritance.NONE);
    }
  }

  /**
   * It begins now, and this is who runs it.
   *
   * @param executorId the process
   * @param applicationVersion the version of the program
   * @param applicationName the application
   * @param runToken the run, unique
   */
  public record Assignment(
      String executorId, String applicationVersion, String applicationName, String runToken)
      implements Placement {}

  /**
   * It waits in a queue.
   *
   * @param queueName the queue
   * @param wanted who may run it
   * @param priority smaller is sooner; 0 for none
   * @param deduplicationId unique in the queue, or null
   * @param partitionKey the part of the queue, or null
   * @param delayUntilMillis when it may leave the queue, epoch ms, or null for at once
   * @param origin what put it there
   */
  public record Queued(
      String queueName,
      Wanted wanted,
      int priority,
      @Nullable String deduplicationId,
      @Nullable String partitionKey,
      @Nullable Long delayUntilMillis,
      Origin origin)
      implements Placement {}

  /**
   * Who may run a workflow that waits.
   *
   * @param applicationName the application, or null for any
   * @param applicationVersion its version, or null for the latest
   * @param className the class it is registered with, or null
   * @param instanceName the instance it is registered with, or null
   */
  public record Wanted(
      @Nullable String applicationName,
      @Nullable String applicationVersion,
      @Nullable String className,
      @Nullable String instanceName) {}

  /**
   * What put a workflow into its queue.
   *
   * @param scheduleName the schedule, or null
   * @param debounced whether further calls replace its input and delay it
   * @param debounceDeadlineMillis until when they may delay it at most, epoch ms, or null
   */
  public record Origin(
      @Nullable String scheduleName, boolean debounced, @Nullable Long debounceDeadlineMillis) {
    /** Somebody's call. */
    public static final Origin CALL = new Origin(null, false, null);
  }

  /**
   * Who runs it.
   *
   * @throws IllegalStateException when it waits in a queue
   */
  public Assignment assignment() {
    if (placement instanceof Assignment here) {
      return here;
    }
    throw new IllegalStateException("Workflow " + workflowId + " is to wait in a queue.");
  }

  /**
   * Where it waits.
   *
   * @throws IllegalStateException when it begins at once
   */
  public Queued queued() {
    if (placement instanceof Queued queued) {
      return queued;
    }
    throw new IllegalStateException("Workflow " + workflowId + " is to begin at once.");
  }

  /** The same, put into its queue by something else. */
  public StartRow withOrigin(Origin origin) {
    Queued same = queued();
    return withPlacement(
        new Queued(
            same.queueName,
            same.wanted,
            same.priority,
            same.deduplicationId,
            same.partitionKey,
            same.delayUntilMillis,
            origin));
  }

  private StartRow withPlacement(Placement other) {
    return new StartRow(workflowId, name, inputs, format, other, terms, createdAtMillis);
  }
}
