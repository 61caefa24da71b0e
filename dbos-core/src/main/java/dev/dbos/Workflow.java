package dev.dbos;

import dev.dbos.datasource.Datasource;
import dev.dbos.internal.engine.Steps;
import dev.dbos.internal.engine.WorkflowOperations;
import dev.dbos.internal.operations.Events;
import dev.dbos.internal.operations.FirstOrAll;
import dev.dbos.internal.operations.Messages;
import dev.dbos.internal.operations.Streams;
import dev.dbos.internal.store.Named;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepCallable;
import dev.dbos.workflow.StepRunnable;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
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

  /**
   * Receives the next message without a topic.
   *
   * @see #receive(String, Class, Duration)
   */
  public static <T> Optional<T> receive(Class<T> type, Duration timeout) {
    return receive(null, (Type) type, timeout);
  }

  /**
   * Receives the next message without a topic, of a generic type.
   *
   * @see #receive(String, Class, Duration)
   */
  public static <T> Optional<T> receive(TypeRef<T> type, Duration timeout) {
    return receive(null, type.type(), timeout);
  }

  /**
   * Receives the oldest message on a topic that this workflow has not received yet, waiting for one
   * until the timeout. Each message is received once, whatever crashes: it counts as received in
   * the same commit that records this step. The timeout is recorded too, so a restart does not
   * begin it anew. While it waits the workflow holds no connection.
   *
   * <p>A message that cannot be read as {@code type} is not lost: it stays the next one on its
   * topic, to be received as another type.
   *
   * @return empty when none came in time, and for a message of null
   * @throws dev.dbos.error.SerializationException when the next message is not of this type
   * @throws IllegalStateException outside the body of a workflow: in a step, in a transaction, and
   *     in any thread but the body's own
   */
  public static <T> Optional<T> receive(String topic, Class<T> type, Duration timeout) {
    return receive(topic, (Type) type, timeout);
  }

  /**
   * Receives a message of a generic type.
   *
   * @see #receive(String, Class, Duration)
   */
  public static <T> Optional<T> receive(String topic, TypeRef<T> type, Duration timeout) {
    return receive(topic, type.type(), timeout);
  }

  private static <T> Optional<T> receive(@Nullable String topic, Type type, Duration timeout) {
    return WorkflowOperations.current("Workflow.receive").receive(topic, type, timeout);
  }

  /**
   * Sends a message without a topic to a workflow.
   *
   * @see #send(Message)
   */
  public static void send(String workflowId, @Nullable Object message) {
    send(Message.to(workflowId, message));
  }

  /**
   * Sends a message to a workflow, whether it runs, waits, has not begun or has ended. Exactly once
   * from the body of a workflow; from a step once for each attempt, unless the message has an
   * idempotency key.
   *
   * @throws dev.dbos.error.UnknownWorkflowException when there is no workflow with this id
   * @throws dev.dbos.error.SerializationException when the payload has no portable form
   * @throws IllegalStateException outside a workflow, where {@link Workflows#send(Message)} sends,
   *     and inside a transaction
   */
  public static void send(Message message) {
    String operation = "Workflow.send";
    new Messages(WorkflowOperations.access(operation)).send(operation, message);
  }

  /**
   * Sends all messages or, when one of the workflows does not exist, none.
   *
   * @throws IllegalArgumentException when two of them have the same idempotency key
   * @see #send(Message)
   */
  public static void sendAll(List<Message> messages) {
    String operation = "Workflow.sendAll";
    new Messages(WorkflowOperations.access(operation)).sendAll(operation, messages);
  }

  /**
   * Publishes a value under a key of this workflow, in place of the one before; anybody can wait
   * for it. Exactly once from the body; from a step once for each attempt.
   *
   * @throws dev.dbos.error.SerializationException when the value has no portable form
   * @throws IllegalStateException outside a workflow and inside a transaction
   */
  public static void setEvent(String key, @Nullable Object value) {
    String operation = "Workflow.setEvent";
    new Events(WorkflowOperations.access(operation)).set(operation, key, value);
  }

  /**
   * Waits for an event of another workflow, as a step: a replay gets the same value, and does not
   * wait again. The timeout is recorded, so a restart does not begin it anew.
   *
   * @return the event's latest value; empty when it was not set in time or the workflow ended
   *     without setting it, and for a value of null
   * @throws dev.dbos.error.UnknownWorkflowException when there is no workflow with this id
   * @throws dev.dbos.error.SerializationException when the value is not of this type
   * @throws IllegalStateException outside a workflow and inside a transaction
   */
  public static <T> Optional<T> getEvent(
      String workflowId, String key, Class<T> type, Duration timeout) {
    return getEvent(new Named(workflowId, key), type, timeout);
  }

  /**
   * Waits for an event of a generic type.
   *
   * @see #getEvent(String, String, Class, Duration)
   */
  public static <T> Optional<T> getEvent(
      String workflowId, String key, TypeRef<T> type, Duration timeout) {
    return getEvent(new Named(workflowId, key), type.type(), timeout);
  }

  private static <T> Optional<T> getEvent(Named event, Type type, Duration timeout) {
    String operation = "Workflow.getEvent";
    return new Events(WorkflowOperations.access(operation)).get(operation, event, type, timeout);
  }

  /**
   * Appends a value to a stream of this workflow, which anybody can read meanwhile and afterwards.
   * Exactly once from the body; from a step once for each attempt.
   *
   * @throws dev.dbos.error.SerializationException when the value has no portable form
   * @throws IllegalStateException when the stream was closed, outside a workflow and inside a
   *     transaction
   */
  public static void writeStream(String key, @Nullable Object value) {
    String operation = "Workflow.writeStream";
    new Streams(WorkflowOperations.access(operation)).write(operation, key, value);
  }

  /**
   * Ends a stream of this workflow: its readers come to an end. Nothing happens when it was closed
   * before. Streams that are not closed end with the workflow.
   *
   * @throws IllegalStateException outside a workflow and inside a transaction
   */
  public static void closeStream(String key) {
    String operation = "Workflow.closeStream";
    new Streams(WorkflowOperations.access(operation)).close(operation, key);
  }

  /**
   * Waits for one of several workflows to end, however it does; which one is recorded.
   *
   * @return the handle of one that has ended; of several the first in this order
   * @throws IllegalArgumentException without any handle
   * @throws IllegalStateException outside a workflow and inside a transaction
   */
  public static <H extends WorkflowHandle<?>> H awaitFirst(Collection<H> handles) {
    String operation = "Workflow.awaitFirst";
    return new FirstOrAll(WorkflowOperations.access(operation)).first(operation, handles);
  }

  /**
   * Waits for all of several workflows to end; each is recorded as {@link WorkflowHandle#result()}
   * is.
   *
   * @return their outputs in this order
   * @throws dev.dbos.error.WorkflowFailedException or what else {@link WorkflowHandle#result()}
   *     throws: the first failure in this order, the others suppressed in it
   * @throws IllegalStateException outside a workflow and inside a transaction
   */
  public static <O extends @Nullable Object> List<O> awaitAll(
      Collection<? extends WorkflowHandle<O>> handles) {
    return new FirstOrAll(WorkflowOperations.access("Workflow.awaitAll")).all(handles);
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

  /**
   * Whether this workflow takes the new way at this place of its code; workflows that had come
   * further before the change take the old one. So a change can be deployed while workflows are
   * under way:
   *
   * <pre>{@code
   * if (Workflow.patch("check fraud first")) {
   *   Workflow.runStep("check fraud", () -> fraud.check(order));
   * }
   * }</pre>
   *
   * <p>The new way is recorded as a step of its own. When no workflow of the old way is left,
   * replace the condition by {@link #deprecatePatch(String)}, and remove that when none is left
   * that went through the condition. Nothing needs to be switched on for it; give both builds the
   * same {@link DbosBuilder#applicationVersion(String)}, or none, so that the new one takes up what
   * the old one began.
   */
  public static boolean patch(String name) {
    return WorkflowOperations.current("Workflow.patch").patch(name);
  }

  /** What remains of a {@link #patch(String)} once all workflows go the new way. */
  public static void deprecatePatch(String name) {
    WorkflowOperations.current("Workflow.deprecatePatch").deprecatePatch(name);
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
