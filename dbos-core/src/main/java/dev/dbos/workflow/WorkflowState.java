package dev.dbos.workflow;

import org.jspecify.annotations.Nullable;

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
  MAX_RECOVERY_ATTEMPTS_EXCEEDED,
  /**
   * Something else, that another or a later implementation wrote. Only ever read, so that one such
   * row does not break a listing; its text is in {@link WorkflowStatus.Progress#stateText()}.
   */
  UNKNOWN;

  /** The state with this stored name; {@link #UNKNOWN} when there is none. */
  public static WorkflowState of(@Nullable String stored) {
    for (WorkflowState state : values()) {
      if (state.name().equals(stored)) {
        return state;
      }
    }
    return UNKNOWN;
  }

  /** Whether the workflow does nothing more unless somebody resumes it. */
  public boolean isTerminal() {
    return switch (this) {
      case ENQUEUED, DELAYED, PENDING, UNKNOWN -> false;
      case SUCCESS, ERROR, CANCELLED, MAX_RECOVERY_ATTEMPTS_EXCEEDED -> true;
    };
  }
}
