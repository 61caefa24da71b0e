package dev.dbos.workflow;

/** Where a workflow stands; the names are the ones stored in the system database. */
public enum WorkflowState {
  /** Waiting in a queue. */
  ENQUEUED,
  /** Waiting for its delay to pass. */
  DELAYED,
  /** Running, or interrupted by a crash and waiting for recovery. */
  PENDING,
  /** Ended with an output. */
  SUCCESS,
  /** Ended with an exception. */
  ERROR,
  /** Cancelled; it can be resumed. */
  CANCELLED,
  /** Set aside after too many recoveries; it can be resumed. */
  MAX_RECOVERY_ATTEMPTS_EXCEEDED;

  /** Whether the workflow does nothing more unless somebody resumes it. */
  public boolean isTerminal() {
    return switch (this) {
      case ENQUEUED, DELAYED, PENDING -> false;
      case SUCCESS, ERROR, CANCELLED, MAX_RECOVERY_ATTEMPTS_EXCEEDED -> true;
    };
  }
}
