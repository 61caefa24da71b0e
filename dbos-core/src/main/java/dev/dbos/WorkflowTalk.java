package dev.dbos;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Events;
import dev.dbos.internal.operations.FirstOrAll;
import dev.dbos.internal.operations.Messages;
import dev.dbos.internal.operations.Streams;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.Named;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StreamOptions;
import dev.dbos.workflow.StreamReader;
import dev.dbos.workflow.WorkflowEvent;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The workflows of a system database, to be talked to, wherever they run. Thread-safe. */
public abstract sealed class WorkflowTalk extends WorkflowViews permits Workflows {
  private final SystemAccess access;

  WorkflowTalk(SystemAccess access) {
    super(access);
    this.access = access;
  }

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
}
