package dev.dbos;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Events;
import dev.dbos.internal.operations.FirstOrAll;
import dev.dbos.internal.operations.Listings;
import dev.dbos.internal.operations.Messages;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.Streams;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.Named;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StepAggregate;
import dev.dbos.workflow.StepAggregation;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.StreamOptions;
import dev.dbos.workflow.StreamReader;
import dev.dbos.workflow.WorkflowAggregate;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowEvent;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowPage;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The workflows of a system database: to see them, to talk to them and to steer them, wherever they
 * run. Thread-safe.
 */
public abstract sealed class Workflows permits DBOS {
  private final SystemAccess access;
  private final Listings listings;

  Workflows(SystemAccess access) {
    this.access = access;
    this.listings = new Listings(access);
  }

  // ---- see ----

  /**
   * A handle on a workflow started earlier, here or elsewhere.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public <O extends @Nullable Object> WorkflowHandle<O> retrieve(
      String workflowId, Class<O> outputType) {
    return handle(workflowId, outputType);
  }

  /**
   * A handle on a workflow with a generic output.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public <O extends @Nullable Object> WorkflowHandle<O> retrieve(
      String workflowId, TypeRef<O> outputType) {
    return handle(workflowId, outputType.type());
  }

  private <O extends @Nullable Object> WorkflowHandle<O> handle(
      String workflowId, Type outputType) {
    StoredHandle<O> handle = new StoredHandle<>(access, workflowId, outputType);
    handle.status();
    return handle;
  }

  /**
   * How a workflow of any application stands, or empty when there is none with this id; with its
   * input and outcome. Inside a workflow, like everything seen below, it is recorded as a step, so
   * that a replay sees the same; inside a transaction it is refused.
   */
  public Optional<WorkflowStatus> status(String workflowId) {
    return Optional.ofNullable(listings.status(workflowId));
  }

  /** The first workflows that {@code query} asks for, at most as many as its limit. */
  public List<WorkflowStatus> list(WorkflowQuery query) {
    return listings.list(query);
  }

  /** The first workflows that {@code query} asks for, and how to go on with those behind them. */
  public WorkflowPage page(WorkflowQuery query) {
    return listings.page(query);
  }

  /** How many workflows {@code query} asks for, whatever its limit and place. */
  public long count(WorkflowQuery query) {
    return listings.count(query);
  }

  /**
   * How many workflows that {@code query} asks for are alike, when the first was created, how long
   * they waited and took at most; by period first, then by property, whatever the query's limit and
   * place.
   */
  public List<WorkflowAggregate> aggregate(WorkflowQuery query, WorkflowAggregation grouping) {
    return listings.aggregate(query, grouping);
  }

  /**
   * The recorded steps of a workflow, transactions and child workflows included, in the order in
   * which they were begun, with what they returned. One that ended a moment ago in a datasource may
   * be missing yet.
   */
  public List<StepStatus> steps(String workflowId) {
    return steps(workflowId, StepQuery.all().withOutputs());
  }

  /** The recorded steps of a workflow that {@code query} asks for. */
  public List<StepStatus> steps(String workflowId, StepQuery query) {
    return listings.steps(workflowId, query);
  }

  /**
   * How many steps of all workflows that {@code query} asks for are alike, and how long they took
   * at most; by period first, then by property, whatever the query's limit and place.
   */
  public List<StepAggregate> aggregate(StepQuery query, StepAggregation grouping) {
    return listings.aggregate(query, grouping);
  }

  // ---- talk ----

  /**
   * Sends a message without a topic to a workflow.
   *
   * @see #send(Message)
   */
  public void send(String workflowId, @Nullable Object message) {
    send(Message.to(workflowId, message));
  }

  /**
   * Sends a message to a workflow, whether it runs, waits, has not begun or has ended; when this
   * returns it is durable. When it throws because the connection was lost, the message may have
   * been sent: with an idempotency key it can be sent again. Inside a workflow it is a recorded
   * step.
   *
   * @throws UnknownWorkflowException when there is no workflow with this id
   * @throws dev.dbos.error.SerializationException when the payload has no portable form
   * @throws IllegalStateException inside a transaction
   */
  public void send(Message message) {
    new Messages(access).send("Workflows.send", message);
  }

  /**
   * Sends all messages or, when one of the workflows does not exist, none.
   *
   * @throws IllegalArgumentException when two of them have the same idempotency key
   * @see #send(Message)
   */
  public void sendAll(List<Message> messages) {
    new Messages(access).sendAll("Workflows.sendAll", messages);
  }

  /**
   * Waits for an event of a workflow. Inside a workflow it is a recorded step.
   *
   * @return the event's latest value; empty when it was not set in time or the workflow returned or
   *     failed without setting it, and for a value of null. A workflow that was cancelled or set
   *     aside may be resumed, so that is no reason not to wait
   * @throws UnknownWorkflowException when there is no workflow with this id
   * @throws dev.dbos.error.SerializationException when the value is not of this type
   * @throws dev.dbos.error.DbosClosedException when this is closed meanwhile
   * @throws IllegalStateException inside a transaction
   */
  public <T> Optional<T> getEvent(String workflowId, String key, Class<T> type, Duration timeout) {
    return new Events(access).get("Workflows.getEvent", new Named(workflowId, key), type, timeout);
  }

  /**
   * Waits for an event of a generic type.
   *
   * @see #getEvent(String, String, Class, Duration)
   */
  public <T> Optional<T> getEvent(
      String workflowId, String key, TypeRef<T> type, Duration timeout) {
    return new Events(access)
        .get("Workflows.getEvent", new Named(workflowId, key), type.type(), timeout);
  }

  /**
   * The latest value of every event of a workflow, in the order of their keys; none for one that
   * does not exist. Inside a workflow it is a recorded step.
   */
  public List<WorkflowEvent> events(String workflowId) {
    return new Events(access).latest("Workflows.events", workflowId);
  }

  /**
   * Every value a workflow has published, with the step that did, in the order of the steps. Inside
   * a workflow it is a recorded step.
   */
  public List<WorkflowEvent> eventHistory(String workflowId) {
    return new Events(access).history("Workflows.eventHistory", workflowId);
  }

  /** Reads a stream of a workflow from its first value, without a limit of time. */
  public <T extends @Nullable Object> StreamReader<T> readStream(
      String workflowId, String key, Class<T> type) {
    return readStream(workflowId, key, type, StreamOptions.DEFAULT);
  }

  /**
   * Reads a stream of a workflow, which may still write it. Nothing is asked of the database before
   * the first value is.
   */
  public <T extends @Nullable Object> StreamReader<T> readStream(
      String workflowId, String key, Class<T> type, StreamOptions options) {
    return new Streams(access)
        .read("Workflows.readStream", new Named(workflowId, key), type, options);
  }

  /** Reads a stream of values of a generic type. */
  public <T extends @Nullable Object> StreamReader<T> readStream(
      String workflowId, String key, TypeRef<T> type, StreamOptions options) {
    return new Streams(access)
        .read("Workflows.readStream", new Named(workflowId, key), type.type(), options);
  }

  /**
   * Waits for one of several workflows to end, however it does. Inside a workflow which one it was
   * is recorded.
   *
   * @return the handle of one that has ended, or does not exist; of several the first in this order
   * @throws IllegalArgumentException without any handle
   * @throws dev.dbos.error.DbosClosedException when this is closed meanwhile
   * @throws IllegalStateException inside a transaction
   */
  public <H extends WorkflowHandle<?>> H awaitFirst(Collection<H> handles) {
    return new FirstOrAll(access).first("Workflows.awaitFirst", handles);
  }

  /**
   * Waits for all of several workflows to end.
   *
   * @return their outputs in this order
   * @throws dev.dbos.error.WorkflowFailedException or what else {@link WorkflowHandle#result()}
   *     throws: the first failure in this order, the others suppressed in it
   */
  public <O extends @Nullable Object> List<O> awaitAll(
      Collection<? extends WorkflowHandle<O>> handles) {
    return new FirstOrAll(access).all(handles);
  }

  // ---- steer ----
}
