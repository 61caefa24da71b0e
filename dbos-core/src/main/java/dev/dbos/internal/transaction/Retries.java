package dev.dbos.internal.transaction;

import dev.dbos.error.TransactionRetriesExhaustedException;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.SqlFailure;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pauses between the attempts of one transaction, and when to give up: after {@value
 * #MAX_CONFLICTS} conflicts, or outside a workflow after {@value #MAX_OUTAGES} lost connections. A
 * workflow waits for its database as long as it runs.
 */
final class Retries {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
  static final int MAX_CONFLICTS = 100;
  static final int MAX_OUTAGES = 5;

  private final String datasource;
  private final String transaction;
  private final boolean outlastsOutages;
  private final Consumer<Duration> pause;
  private final AttemptWatch watch;
  private final Backoff conflicts = Backoff.forConflicts(ThreadLocalRandom.current());
  private final Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
  private int conflictCount;
  private int outageCount;

  Retries(
      String datasource,
      String transaction,
      boolean outlastsOutages,
      Consumer<Duration> pause,
      AttemptWatch watch) {
    this.datasource = datasource;
    this.transaction = transaction;
    this.outlastsOutages = outlastsOutages;
    this.pause = pause;
    this.watch = watch;
  }

  /**
   * Whether lost connections, and a pool without a free one, are waited out however long it takes.
   */
  boolean outlastsOutages() {
    return outlastsOutages;
  }

  /** Who follows the attempts. */
  AttemptWatch watch() {
    return watch;
  }

  /**
   * Waits before the next attempt.
   *
   * @throws TransactionRetriesExhaustedException when there is to be none
   */
  void after(SqlFailure kind, Throwable failure) {
    watch.failed(kind, conflictCount + outageCount + 1, failure);
    if (kind.isOutage()) {
      outageCount++;
      if (outageCount == 1) {
        LOG.warn(
            "Datasource {} {} during transaction \"{}\"; it is tried again",
            datasource,
            kind == SqlFailure.CONNECTION_LOST ? "lost its connection" : "could not write",
            transaction,
            failure);
      }
      if (!outlastsOutages && outageCount >= MAX_OUTAGES) {
        throw exhausted(outageCount, failure);
      }
      pause.accept(outages.after(outageCount));
    } else {
      conflictCount++;
      if (conflictCount >= MAX_CONFLICTS) {
        throw exhausted(conflictCount, failure);
      }
      pause.accept(conflicts.after(conflictCount));
    }
  }

  private TransactionRetriesExhaustedException exhausted(int attempts, Throwable failure) {
    return new TransactionRetriesExhaustedException(
        "Transaction \""
            + transaction
            + "\" of datasource "
            + datasource
            + " gave up after "
            + attempts
            + " attempts; nothing was written. The last one failed with: "
            + failure.getMessage(),
        datasource,
        transaction,
        attempts,
        failure);
  }
}
