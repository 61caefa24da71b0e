package dev.dbos.workflow;

/**
 * The body of a step without a result. It runs at least once: a crash after it ran and before that
 * was recorded makes it run again.
 *
 * @param <X> the checked exception the body may throw
 */
@FunctionalInterface
public interface StepRunnable<X extends Exception> {
  /** Does the work of the step. */
  void run() throws X;
}
