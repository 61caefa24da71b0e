package dev.dbos.internal.journal;

import org.jspecify.annotations.Nullable;

/**
 * A workflow that begins.
 *
 * @param workflowId its id
 * @param name its name
 * @param inputs its serialized input
 * @param format the format of input, output and error
 * @param assignment who runs it
 * @param parentId the workflow that starts it, or null
 * @param createdAtMillis when, epoch ms
 */
public record StartRow(
    String workflowId,
    String name,
    String inputs,
    String format,
    Assignment assignment,
    @Nullable String parentId,
    long createdAtMillis) {

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
