package dev.dbos.observe;

import java.time.Duration;

/** Something worth counting. */
public sealed interface Occurrence {
  /**
   * A step failed and is tried again.
   *
   * @param workflowId the workflow it belongs to
   * @param step the step's name
   * @param attempt which attempt failed, from 1
   * @param pause how long until the next
   * @param failure what it threw
   */
  record StepRetried(String workflowId, String step, int attempt, Duration pause, Throwable failure)
      implements Occurrence {}

  /**
   * A transaction met a concurrent one and is tried again.
   *
   * @param workflowId the workflow it belongs to
   * @param transaction the transaction's name
   * @param datasource its datasource
   * @param attempt which attempt failed, from 1
   * @param failure what the database said
   */
  record TransactionConflicted(
      String workflowId, String transaction, String datasource, int attempt, Throwable failure)
      implements Occurrence {}

  /**
   * A transaction lost its connection, or got none, or its database's disk is full, and it is tried
   * again.
   *
   * @param workflowId the workflow it belongs to
   * @param transaction the transaction's name
   * @param datasource its datasource
   * @param attempt which attempt failed, from 1
   * @param failure what the driver said
   */
  record ConnectionLost(
      String workflowId, String transaction, String datasource, int attempt, Throwable failure)
      implements Occurrence {}

  /**
   * The connection broke while a transaction was committing. The next attempt finds out whether it
   * did.
   *
   * @param workflowId the workflow it belongs to
   * @param transaction the transaction's name
   * @param datasource its datasource
   * @param failure what the driver said
   */
  record CommitUnknown(String workflowId, String transaction, String datasource, Throwable failure)
      implements Occurrence {}

  /**
   * A batch of checkpoints was written to the system database.
   *
   * @param checkpoints how many
   * @param duration how long it took to write them, pauses while the database was away included
   * @param lag how long the one that waited longest had waited when all were durable
   */
  record JournalWritten(int checkpoints, Duration duration, Duration lag) implements Occurrence {}
}
