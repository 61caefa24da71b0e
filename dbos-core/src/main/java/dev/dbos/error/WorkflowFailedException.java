package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * A workflow ended in an error. The cause is the exception that left its body, rebuilt when the
 * workflow failed in another process.
 */
public final class WorkflowFailedException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  /** Creates one that says {@code message}. */
  public WorkflowFailedException(String message, String workflowId, @Nullable Throwable cause) {
    super(message, cause);
    this.workflowId = workflowId;
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }
}
