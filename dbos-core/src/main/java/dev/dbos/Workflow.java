package dev.dbos;

import dev.dbos.datasource.Datasource;
import dev.dbos.internal.engine.Steps;
import dev.dbos.internal.engine.WorkflowOperations;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepCallable;
import dev.dbos.workflow.StepRunnable;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a running workflow calls. Each call takes the next place in the workflow's
 * sequence of steps, in the order of the calls, so an asynchronous call is as deterministic as any.
 *
 * <p>Outside a workflow every method throws an {@link IllegalStateException} that says so, except
 * steps, which then just run.
 *
 * <p>When a workflow is cancelled, or another process has taken it over, the next call unwinds the
 * body with an {@code Error} that is not for the body to catch.
 */
public final class Workflow {
  private Workflow() {}

  /**
   * The id of the workflow this thread is running; also inside its steps and transactions, where it
   * makes a good idempotency key.
   */
  public static String id() {
    return WorkflowOperations.workflowId();
  }

  /**
   * The datasource on the application database of the runtime that runs this workflow, as {@link
   * DBOS#applicationDatasource()} returns it.
   */
  public static Datasource<Connection> applicationDatasource() {
    return WorkflowOperations.applicationDatasource();
  }

  /**
   * Runs {@code body} as a step: at least once, and never again once its result is recorded. A step
   * inside a step is part of the outer one.
   *
   * @throws X what the body throws; recorded, and thrown again on replay
   * @throws dev.dbos.error.UnexpectedStepException when an earlier run had another step in this
   *     place
   * @throws dev.dbos.error.SerializationException when the result cannot be stored
   */
  public static <R extends @Nullable Object, X extends Exception> R callStep(
      String name, StepCallable<R, X> body) throws X {
    return callStep(name, RetryOptions.NONE, body);
  }

  /** Runs {@code body} as a step, trying again as {@code retry} says before its error counts. */
  public static <R extends @Nullable Object, X extends Exception> R callStep(
      String name, RetryOptions retry, StepCallable<R, X> body) throws X {
    return Steps.call(name, retry, body);
  }

  /** Runs {@code body} as a step without a result. */
  public static <X extends Exception> void runStep(String name, StepRunnable<X> body) throws X {
    runStep(name, RetryOptions.NONE, body);
  }

  /** Runs {@code body} as a step without a result, trying again as {@code retry} says. */
  public static <X extends Exception> void runStep(
      String name, RetryOptions retry, StepRunnable<X> body) throws X {
    Steps.<@Nullable Object, X>call(name, retry, Steps.withoutResult(body));
  }

  /**
   * Runs {@code body} as a step on a thread of its own. The workflow does not end before it.
   *
   * @return completes with the result, or exceptionally with what the body threw
   */
  public static <R extends @Nullable Object, X extends Exception>
      CompletableFuture<R> callStepAsync(String name, StepCallable<R, X> body) {
    return Steps.callAsync(name, RetryOptions.NONE, body);
  }

  /** Runs {@code body} as a step on a thread of its own, trying again as {@code retry} says. */
  public static <R extends @Nullable Object, X extends Exception>
      CompletableFuture<R> callStepAsync(String name, RetryOptions retry, StepCallable<R, X> body) {
    return Steps.callAsync(name, retry, body);
  }

  /**
   * Sleeps. The moment to wake is recorded first, so a workflow that is interrupted and recovered
   * sleeps only for what is left. While it sleeps it holds no connection and, unless it runs on its
   * caller's thread, no platform thread. Nothing happens for a duration that is not positive.
   */
  public static void sleep(Duration duration) {
    WorkflowOperations.current("Workflow.sleep").sleep(duration);
  }

  /** Starts a child workflow without an input. */
  public static <O> WorkflowHandle<O> start(WorkflowDefinition<Void, O> definition) {
    return start(definition, null, StartOptions.DEFAULT);
  }

  /** Starts a child workflow; its id is this workflow's and the place of the call. */
  public static <I, O> WorkflowHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input) {
    return start(definition, input, StartOptions.DEFAULT);
  }

  /** Starts a child workflow. */
  public static <I, O> WorkflowHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    return WorkflowOperations.current("Workflow.start").start(definition, input, options);
  }

  /** The time, recorded: a replay gets the same. */
  public static Instant now() {
    WorkflowOperations.RunningWorkflow workflow = WorkflowOperations.current("Workflow.now");
    return (Instant) workflow.recorded("DBOS.now", Instant.class, workflow::time);
  }

  /** A random UUID, recorded: a replay gets the same. */
  public static UUID randomUuid() {
    return (UUID)
        WorkflowOperations.current("Workflow.randomUuid")
            .recorded("DBOS.randomUUID", UUID.class, UUID::randomUUID);
  }
}
