package dev.dbos.internal.journal;

import dev.dbos.internal.context.Inheritance;
import dev.dbos.serialization.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A workflow that begins.
 *
 * @param workflowId its id
 * @param name its name
 * @param inputs its serialized input
 * @param format the format of input, output and error
 * @param assignment who runs it
 * @param terms under which it runs
 * @param createdAtMillis when, epoch ms
 */
public record StartRow(
    String workflowId,
    String name,
    String inputs,
    String format,
    Assignment assignment,
    Terms terms,
    long createdAtMillis) {

  /** The input with its format. */
  public Payload input() {
    return Payload.output(inputs, format);
  }

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
    boolean isPlain() {
      return timeoutMillis == null && attributes == null && own.equals(Inheritance.NONE);
    }
  }

  /**
   * Who runs a workflow.
   *
   * @param executorId the process
   * @param applicationVersion the version of the program
   * @param applicationName the application
   * @param runToken the run, unique
   */
  public record Assignment(
      String executorId, String applicationVersion, String applicationName, String runToken) {}
}
