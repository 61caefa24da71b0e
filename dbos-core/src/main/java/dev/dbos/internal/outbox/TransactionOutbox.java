package dev.dbos.internal.outbox;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.OutboxHost;
import dev.dbos.internal.transaction.DurableTransactions;
import java.util.List;

/**
 * The transaction this thread is in, and who is asked by it.
 *
 * @param outboxes the runtime or client
 * @param transaction the transaction
 */
public record TransactionOutbox(Outboxes outboxes, Ambient.InTransaction transaction) {
  /**
   * That of this thread.
   *
   * @param operation what the caller called, for messages: {@code Outbox.start}
   * @throws IllegalStateException outside a transaction that writes
   * @throws ConfigurationException when it is not clear who is asked
   */
  public static TransactionOutbox current(String operation) {
    return switch (Ambient.current()) {
      case Ambient.InTransaction transaction -> of(operation, transaction);
      case Ambient.InWorkflow workflow ->
          throw outside(
              operation, "In the body of a workflow use the method of Workflow of that name.");
      case Ambient.InStep step ->
          throw outside(operation, "In a step use the method of Workflow or DBOS of that name.");
      case null ->
          throw outside(operation, "Elsewhere use the method of DBOS or DbosClient of that name.");
    };
  }

  private static IllegalStateException outside(String operation, String instead) {
    return new IllegalStateException(
        operation
            + " is part of a transaction of a datasource, and this thread is in none. Call it in"
            + " the body that is given to callTransaction(...). "
            + instead);
  }

  private static TransactionOutbox of(String operation, Ambient.InTransaction transaction) {
    if (transaction.atCommit() == null) {
      throw new IllegalStateException(
          operation
              + " was called inside transaction \""
              + transaction.transactionName()
              + "\", which only reads, so there is nothing it could commit with. Leave"
              + " TransactionOptions.readOnly() away.");
    }
    DurableTransactions datasource = (DurableTransactions) transaction.owner();
    return new TransactionOutbox(hostOf(datasource, operation), transaction);
  }

  /**
   * Who is asked by transactions of a datasource on this thread: the runtime of the workflow, else
   * the one with which the datasource is registered.
   *
   * @throws ConfigurationException when it is not clear who is asked
   */
  public static Outboxes hostOf(DurableTransactions datasource, String operation) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> (Outboxes) workflow.scope().outbox();
      case Ambient.InStep step -> (Outboxes) step.scope().outbox();
      case Ambient.InTransaction transaction ->
          transaction.outer() instanceof Ambient.InStep step
              ? (Outboxes) step.scope().outbox()
              : registeredWith(datasource, operation);
      case null -> registeredWith(datasource, operation);
    };
  }

  private static Outboxes registeredWith(DurableTransactions datasource, String operation) {
    List<OutboxHost> hosts = List.copyOf(datasource.hosts());
    if (hosts.isEmpty()) {
      throw new ConfigurationException(
          operation
              + " was called in a transaction of datasource "
              + datasource.name()
              + ", which is registered with no runtime or client that is open, so nobody knows"
              + " whose workflows are meant. Add .datasource(...) to the builder of the DBOS or"
              + " DbosClient.",
          null);
    }
    if (hosts.size() > 1 && hosts.stream().map(OutboxHost::destination).distinct().count() > 1) {
      throw new ConfigurationException(
          operation
              + " was called in a transaction of datasource "
              + datasource.name()
              + ", which is registered with several applications or system databases ("
              + hosts.stream()
                  .map(host -> String.valueOf(host.destination().applicationName()))
                  .sorted()
                  .toList()
              + "), so nobody knows whose workflows are meant. Give each a datasource of its own,"
              + " or call it in a workflow.",
          null);
    }
    return (Outboxes) hosts.getFirst();
  }
}
