package dev.dbos.workflow;

import dev.dbos.error.DbosException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A started workflow, here or in another process. Thread-safe.
 *
 * @param <O> the workflow's output; null for {@link Void}, and when the body returned null
 */
public interface WorkflowHandle<O extends @Nullable Object> {
  /** The workflow's id. */
  String id();

  /**
   * How the workflow stands at this moment, read from the system database. Inside another workflow
   * that is a step of that one, so that its replay sees the same.
   *
   * @throws dev.dbos.error.UnknownWorkflowException when it has been deleted
   */
  WorkflowStatus status();

  /**
   * Waits for the workflow to end and returns its output. Inside another workflow the wait is a
   * step of that one, so that its replay does not wait again.
   *
   * @throws dev.dbos.error.WorkflowFailedException when it ended in an error, which is the cause
   * @throws dev.dbos.error.WorkflowCancelledException when it was cancelled; a step that it is in
   *     the middle of goes on then, and is waited for 2 seconds at most
   * @throws dev.dbos.error.AttemptsExhaustedException when it was set aside
   * @throws dev.dbos.error.UnknownWorkflowException when it was deleted meanwhile
   * @throws dev.dbos.error.DbosClosedException when this DBOS is closed while waiting
   * @throws DbosException the root of all of these
   */
  O result();

  /**
   * Like {@link #result()}, but waits at most {@code timeout}.
   *
   * @throws dev.dbos.error.WaitTimeoutException when the workflow has not ended by then
   */
  O result(Duration timeout);
}
