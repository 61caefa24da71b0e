package dev.dbos.workflow;

import org.jspecify.annotations.Nullable;

/**
 * The body of a step that returns a value. It runs at least once: a crash after it ran and before
 * its result was recorded makes it run again.
 *
 * @param <R> the result
 * @param <X> the checked exception the body may throw
 */
@FunctionalInterface
public interface StepCallable<R extends @Nullable Object, X extends Exception> {
  /** Does the work of the step. */
  R call() throws X;
}
