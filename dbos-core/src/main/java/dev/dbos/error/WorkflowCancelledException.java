package dev.dbos.error;

/** A workflow that was waited for has been cancelled. */
public final class WorkflowCancelledException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  /** Creates one that says {@code message}. */
  public WorkflowCancelledException(String message, String workflowId) {
    super(message, null);
    this.workflowId = workflowId;
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }
}
