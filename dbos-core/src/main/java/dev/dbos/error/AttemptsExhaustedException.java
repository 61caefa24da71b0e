package dev.dbos.error;

/**
 * A workflow was recovered too often without ending and was set aside; it does not run again by
 * itself.
 */
public final class AttemptsExhaustedException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  private final long attempts;

  /** Creates one that says {@code message}. */
  public AttemptsExhaustedException(String message, String workflowId, long attempts) {
    super(message, null);
    this.workflowId = workflowId;
    this.attempts = attempts;
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }

  /** How many times it was started or recovered. */
  public long attempts() {
    return attempts;
  }
}
