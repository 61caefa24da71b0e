package dev.dbos;

import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.spi.DatasourceEngine;
import dev.dbos.internal.outbox.TransactionOutbox;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.serialization.Arguments;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the body of a transaction of a datasource asks of workflows, as part of that transaction: it
 * happens exactly once when the transaction commits, and never when it is rolled back, or the
 * savepoint it was asked in. In a workflow, in a step, or in a transaction by itself:
 *
 * <pre>{@code
 * shop.runTransaction("place order", connection -> {
 *   insertOrder(connection, order);
 *   Outbox.start(SHIP, order.id(), StartOptions.id("ship-" + order.id()));
 * });
 * }</pre>
 *
 * <p>With the system database in the same database the rows are written there and then, by the
 * transaction. Otherwise they are entries of a table in the user's database, {@code
 * datasource_outbox}, from which a process that has registered the datasource delivers them at once
 * after the commit, and as soon as the system database can be reached; those for one workflow in
 * the order of their commits. What the system database refuses is set aside, see {@link Outboxes}.
 *
 * <p>The datasource must be registered with one runtime or client, {@link
 * DbosBuilder#datasource(Datasource)}; inside a workflow it is the workflow's runtime that is
 * asked. Outside the body of a transaction, and in one that only reads, every method throws an
 * {@link IllegalStateException}.
 */
public final class Outbox {
  private Outbox() {}

  /** Starts a workflow without an input. */
  public static <O> WorkflowHandle<O> start(WorkflowDefinition<Void, O> definition) {
    return start(definition, null, StartOptions.DEFAULT);
  }

  /** Starts a workflow. */
  public static <I, O> WorkflowHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input) {
    return start(definition, input, StartOptions.DEFAULT);
  }

  /**
   * Starts a workflow, in the queue that the options name or one that every process of the
   * application serves. It need not be registered here. Of a workflow's transaction it is a child.
   *
   * @return valid at once, but to be waited on only after the commit. In another database than the
   *     system's the workflow may take a moment to be seen there; waiting for its result waits for
   *     that, too
   * @throws dev.dbos.error.WorkflowConflictException when the id belongs to a workflow of another
   *     name, and the system database is the same
   * @throws dev.dbos.error.QueueDeduplicatedException when the deduplication id is taken, and the
   *     system database is the same
   * @throws dev.dbos.error.SerializationException when the input cannot be stored
   * @throws dev.dbos.error.ConfigurationException when it is not clear which runtime is asked, or
   *     none would deliver it
   * @throws dev.dbos.error.SchemaException when the datasource's role may not write what it takes;
   *     the message says what to grant
   */
  public static <I, O> WorkflowHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    TransactionOutbox outbox = TransactionOutbox.current("Outbox.start");
    return outbox.outboxes().start(outbox.transaction(), definition, input, options);
  }

  /**
   * Starts a workflow by its name, for a program that registers it, in whatever language.
   *
   * @param arguments the positional arguments, written as portable JSON
   * @see #start(WorkflowDefinition, Object, StartOptions)
   */
  public static WorkflowHandle<@Nullable Object> enqueue(
      String workflowName, List<?> arguments, StartOptions options) {
    return enqueue(workflowName, Arguments.of(arguments), options);
  }

  /**
   * Starts a workflow by its name, with arguments of which some have names.
   *
   * @see #start(WorkflowDefinition, Object, StartOptions)
   */
  public static WorkflowHandle<@Nullable Object> enqueue(
      String workflowName, Arguments arguments, StartOptions options) {
    TransactionOutbox outbox = TransactionOutbox.current("Outbox.enqueue");
    return outbox.outboxes().enqueue(outbox.transaction(), workflowName, arguments, options);
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
   * Sends a message to a workflow.
   *
   * @throws dev.dbos.error.UnknownWorkflowException when there is no workflow with this id, and the
   *     system database is the same; otherwise the message is set aside
   * @throws dev.dbos.error.SerializationException when the payload has no portable form
   */
  public static void send(Message message) {
    TransactionOutbox outbox = TransactionOutbox.current("Outbox.send");
    outbox.outboxes().send(outbox.transaction(), message);
  }

  /**
   * Publishes a value under a key of the workflow whose transaction this is. In another database
   * than the system's that may be seen a moment later, but never in place of a value that a later
   * step of the workflow has set.
   *
   * @throws dev.dbos.error.SerializationException when the value has no portable form
   * @throws IllegalStateException also in a transaction outside a workflow
   */
  public static void setEvent(String key, @Nullable Object value) {
    TransactionOutbox outbox = TransactionOutbox.current("Outbox.setEvent");
    outbox.outboxes().setEvent(outbox.transaction(), key, value);
  }

  /**
   * A handle on a workflow that a committed transaction of {@code datasource} has started, perhaps
   * in an earlier run: for where only its id is known, as after the replay of the transaction. It
   * may be on its way to the system database.
   *
   * @throws dev.dbos.error.ConfigurationException when the datasource is not registered with one
   *     runtime or client
   */
  public static <O> WorkflowHandle<O> handle(
      Datasource<?> datasource, WorkflowDefinition<?, O> definition, String workflowId) {
    DurableTransactions transactions =
        datasource
            .unwrap(DatasourceEngine.class)
            .map(DatasourceEngine::transactions)
            .orElseThrow(() -> new IllegalArgumentException(datasource + " is none of ours"));
    return TransactionOutbox.hostOf(transactions, "Outbox.handle")
        .handle(transactions, definition, workflowId);
  }
}
