package dev.dbos.internal.context;

import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A runtime or a client, as transactions see it that ask something of its system database. All that
 * they ask is part of the transaction: it happens when that commits, and otherwise never did.
 */
public interface OutboxHost {
  /** Which system database and application, for messages and to tell it from others. */
  Destination destination();

  /**
   * Where it delivers.
   *
   * @param systemDatabase its name and schema
   * @param applicationName the application, or null for a client of all
   */
  record Destination(Object systemDatabase, @Nullable String applicationName) {}

  /** Starts a workflow. */
  <I, O> WorkflowHandle<O> start(
      Ambient.InTransaction transaction,
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options);

  /** Starts a workflow that is known by its name only. */
  WorkflowHandle<Object> enqueue(
      Ambient.InTransaction transaction,
      String workflowName,
      List<? extends @Nullable Object> arguments,
      StartOptions options);

  /** Sends a message. */
  void send(Ambient.InTransaction transaction, Message message);

  /** Publishes a value of the workflow whose transaction this is. */
  void setEvent(Ambient.InTransaction transaction, String key, @Nullable Object value);
}
