package dev.dbos.internal.context;

import dev.dbos.error.DbosClosedException;

/**
 * Unwinds the body of a run that must not go on. An {@code Error}, so that user code that catches
 * {@code Exception} does not swallow it; never recorded as anybody's result.
 */
public final class RunStopped extends Error {
  private static final long serialVersionUID = 1L;

  /** Why the run stopped. */
  public enum Reason {
    /** The workflow was cancelled. */
    CANCELLED,
    /**
     * Another run owns the workflow, or it is gone; its recorded outcome is the one that counts.
     */
    NOT_OWNER,
    /** This DBOS is closing; the workflow stays PENDING. */
    CLOSING
  }

  private final Reason reason;

  /** Creates one for the run of {@code workflowId}. */
  public RunStopped(String workflowId, Reason reason) {
    super("The run of workflow " + workflowId + " stopped: " + reason, null, false, false);
    this.reason = reason;
  }

  /**
   * Returns when {@code failure} is a result of the user's code. Otherwise it ends the run: a stop
   * goes on its way, so does a lack of memory, whatever fails in a run that has been told to stop
   * may fail because of that, and an interrupt becomes a stop with the thread's flag set again. So
   * does whatever a body made of an interrupt, and of being told that this DBOS closes: neither
   * says anything about the workflow.
   */
  public static void unlessResult(Throwable failure, WorkflowScope scope) {
    if (failure instanceof RunStopped stop) {
      throw stop;
    }
    if (failure instanceof OutOfMemoryError noMemory) {
      throw noMemory;
    }
    // What fails while the run has to stop may fail because of that: a cancelled statement does.
    scope.checkRunning();
    if (failure instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
    if (Thread.currentThread().isInterrupted()
        || (failure instanceof DbosClosedException && scope.closing())) {
      throw scope.leave();
    }
  }

  /** Why. */
  public Reason reason() {
    return reason;
  }
}
