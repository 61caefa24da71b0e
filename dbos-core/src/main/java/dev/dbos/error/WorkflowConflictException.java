package dev.dbos.error;

/**
 * A workflow id is already in use by a workflow of another name. The existing workflow is
 * untouched; choose another id.
 */
public final class WorkflowConflictException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  /** Creates one that says {@code message}. */
  public WorkflowConflictException(String message, String workflowId) {
    super(message, null);
    this.workflowId = workflowId;
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }
}
