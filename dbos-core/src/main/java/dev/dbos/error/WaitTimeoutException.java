package dev.dbos.error;

import java.time.Duration;

/** A bounded wait for a workflow ended before the workflow did. The workflow is unaffected. */
public final class WaitTimeoutException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  private final Duration timeout;

  /** Creates one that says {@code message}. */
  public WaitTimeoutException(String message, String workflowId, Duration timeout) {
    super(message, null);
    this.workflowId = workflowId;
    this.timeout = timeout;
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }

  /** How long the caller was willing to wait. */
  public Duration timeout() {
    return timeout;
  }
}
