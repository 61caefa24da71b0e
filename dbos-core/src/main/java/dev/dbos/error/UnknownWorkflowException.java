package dev.dbos.error;

/** No workflow has this id in the system database: it was never started, or it was deleted. */
public final class UnknownWorkflowException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  /** Creates one that says {@code message}. */
  public UnknownWorkflowException(String message, String workflowId) {
    super(message, null);
    this.workflowId = workflowId;
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }
}
