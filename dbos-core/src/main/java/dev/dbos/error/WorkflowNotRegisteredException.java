package dev.dbos.error;

/** A workflow was asked for by a name that this {@code DBOS} did not register. */
public final class WorkflowNotRegisteredException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowName;

  /** Creates one that says {@code message}. */
  public WorkflowNotRegisteredException(String message, String workflowName) {
    super(message, null);
    this.workflowName = workflowName;
  }

  /** The name that is not registered. */
  public String workflowName() {
    return workflowName;
  }
}
