package dev.dbos.internal.transaction;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.context.AtCommit;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.Transactions;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A transaction without a record: outside a workflow, inside a step, or only reading. */
final class PlainTransaction<R extends @Nullable Object, X extends Exception> {
  private final TransactionCall<R, X> call;
  private final Retries retries;
  private final @Nullable WorkflowScope scope;

  /**
   * Prepares one.
   *
   * @param scope the run whose step the transaction is by itself, or null
   */
  PlainTransaction(TransactionCall<R, X> call, Retries retries, @Nullable WorkflowScope scope) {
    this.call = call;
    this.retries = retries;
    this.scope = scope;
  }

  R run() throws X {
    while (true) {
      Attempt<R> attempt = once();
      switch (attempt) {
        case Attempt.Done<R> done -> {
          return done.result();
        }
        case Attempt.Failed<R> failed -> throw StepCodec.<X>asIs(failed.failure());
        case Attempt.Again<R> again -> retries.after(again.kind(), again.failure());
      }
    }
  }

  private sealed interface Attempt<R extends @Nullable Object> {
    record Done<R extends @Nullable Object>(R result) implements Attempt<R> {}

    record Failed<R extends @Nullable Object>(Throwable failure) implements Attempt<R> {}

    record Again<R extends @Nullable Object>(SqlFailure kind, Throwable failure)
        implements Attempt<R> {}
  }

  private Attempt<R> once() {
    Access access = call.mode().readOnly() ? Access.READ : Access.WRITE;
    try (Lease lease = call.database().lease(access, call.borrower())) {
      return once(lease);
    } catch (SQLException failure) {
      return new Attempt.Again<>(SqlFailure.CONNECTION_LOST, failure);
    } catch (DatabaseUnavailableException noneFree) {
      return retries.outlastsOutages()
          ? new Attempt.Again<>(SqlFailure.CONNECTION_LOST, noneFree)
          : new Attempt.Failed<>(noneFree);
    }
  }

  private Attempt<R> once(Lease lease) {
    boolean committing = false;
    AtCommit atCommit = new AtCommit();
    try {
      retries.watch().begin();
      R result = call.runBody(lease, scope, atCommit);
      committing = true;
      Transactions.commit(lease);
      atCommit.afterCommit();
      return new Attempt.Done<>(result);
    } catch (Throwable failure) {
      // A failed COMMIT speaks of our own connection, even of one that lives on.
      SqlFailure kind = committing ? SqlFailure.of(failure) : call.transience(failure, lease);
      Transactions.rollbackAfter(failure, lease);
      // Outside a workflow a full disk is told at once: the caller may know what to do.
      if (!kind.isRetryable()
          || (kind == SqlFailure.STORAGE_FAILED && !retries.outlastsOutages())) {
        return new Attempt.Failed<>(failure);
      }
      if (committing) {
        atCommit.afterCommit();
      }
      // Nothing was recorded that could tell later whether it committed: repeating might do it
      // twice.
      return committing && kind == SqlFailure.CONNECTION_LOST && !call.mode().readOnly()
          ? new Attempt.Failed<>(outcomeUnknown(failure))
          : new Attempt.Again<>(kind, failure);
    }
  }

  private DatabaseUnavailableException outcomeUnknown(Throwable failure) {
    String datasource = call.database().name();
    return new DatabaseUnavailableException(
        "The connection of datasource "
            + datasource
            + " broke while transaction \""
            + call.name()
            + "\" was committing, so it may or may not have committed. Check before repeating it, or"
            + " run it in a workflow, which finds out by itself.",
        datasource,
        failure);
  }
}
