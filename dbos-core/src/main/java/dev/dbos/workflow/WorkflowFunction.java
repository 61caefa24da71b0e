package dev.dbos.workflow;

import org.jspecify.annotations.Nullable;

/**
 * The body of a workflow. It may be run again from its start after a crash, with the recorded
 * results of the steps that had finished; so between steps it must do the same each time.
 *
 * @param <I> the input; always null for {@link Void}
 * @param <O> the output
 */
@FunctionalInterface
public interface WorkflowFunction<I extends @Nullable Object, O extends @Nullable Object> {
  /** Runs the workflow. An exception that leaves it ends the workflow in an error. */
  O run(I input) throws Exception;
}
