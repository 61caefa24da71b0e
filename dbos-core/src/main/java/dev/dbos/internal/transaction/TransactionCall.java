package dev.dbos.internal.transaction;

import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.error.SerializationException;
import dev.dbos.error.TransactionAbortedException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.AtCommit;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Borrower;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import dev.dbos.internal.sql.Transactions.Standing;
import dev.dbos.serialization.Payload;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * One call of a transaction: everything about it that stays the same over its attempts.
 *
 * @param database where it runs
 * @param session what its statements run with
 * @param owner the datasource, compared by identity
 * @param name the transaction's name
 * @param mode how it is opened
 * @param outer what it was called in, or null
 * @param body what it does
 */
record TransactionCall<R extends @Nullable Object, X extends Exception>(
    Database database,
    SessionOptions session,
    Object owner,
    String name,
    TransactionMode mode,
    @Nullable Ambient outer,
    TransactionCallable<Connection, R, X> body) {

  private static final String BODY_SAVEPOINT = "dbos_body";
  private static final int VALIDATION_SECONDS = 1;

  /** Who borrows its connection. */
  Borrower borrower() {
    return new Borrower(
        name, outer instanceof Ambient.InStep step ? step.scope().workflowId() : null);
  }

  /**
   * Opens a transaction on {@code lease} and runs the body in it. Afterwards the transaction is
   * open and can be committed.
   *
   * @param scope the run whose stop cancels the body's statements, or null
   * @param atCommit what the body wants done around the commit
   * @throws TransactionAbortedException when the body returned, but left nothing to commit
   */
  R runBody(Lease lease, @Nullable WorkflowScope scope, AtCommit atCommit) throws X, SQLException {
    Transactions.begin(lease, mode);
    boolean sqlite = database.dialect() instanceof Dialect.Sqlite;
    if (sqlite) {
      Transactions.savepoint(lease.connection(), BODY_SAVEPOINT);
    }
    GuardedConnection guard;
    R result;
    try (StatementLimit limit = StatementLimit.begin(lease, session.statementTimeout());
        OpenStatements statements = OpenStatements.of(scope, this)) {
      guard = new GuardedConnection(lease.connection(), this, limit, statements);
      result = runGuarded(guard, statements, mode.readOnly() ? null : atCommit);
    }
    if (sqlite) {
      requireSavepoint(lease.connection(), guard);
    } else {
      requireCommittable(lease.connection(), guard);
    }
    atCommit.beforeCommit(lease.connection());
    return result;
  }

  private R runGuarded(
      GuardedConnection guard, OpenStatements statements, @Nullable AtCommit atCommit) throws X {
    Ambient inside =
        new Ambient.InTransaction(
            owner, database.name(), name, guard.connection(), outer, atCommit, 0);
    try {
      return Ambient.<R, X>call(inside, () -> body.call(guard.connection()));
    } finally {
      guard.end();
      // Whatever the body made of it, also a result.
      statements.requireNotCancelled();
    }
  }

  /** A body that ended the transaction by SQL took this savepoint with it. */
  private void requireSavepoint(Connection connection, GuardedConnection guard)
      throws SQLException {
    try {
      Transactions.release(connection, BODY_SAVEPOINT);
    } catch (SQLException gone) {
      throw ended(guard, gone);
    }
  }

  private void requireCommittable(Connection connection, GuardedConnection guard)
      throws SQLException {
    Standing standing = Transactions.standing(connection);
    if (standing == Standing.ABORTED && !guard.endedByStatement()) {
      throw aborted(guard.firstFailure());
    }
    if (guard.endedByStatement() || (standing == Standing.NONE && guard.executedSomething())) {
      throw ended(guard, null);
    }
  }

  /**
   * The result as it is to be recorded.
   *
   * @throws SerializationException when it cannot be, saying of which transaction
   */
  Payload output(StepCodec codec, @Nullable Object result) {
    try {
      return codec.output(result);
    } catch (SerializationException refused) {
      throw new SerializationException(
          "The result of transaction \""
              + name
              + "\" of datasource "
              + database.name()
              + " cannot be recorded, so it was not committed: "
              + refused.getMessage(),
          refused);
    }
  }

  /** What to throw when an earlier error aborted the transaction and the body carried on. */
  SQLException aborted(@Nullable SQLException first) throws SQLException {
    if (first != null && SqlFailure.of(first).isRetryable()) {
      throw first;
    }
    throw new TransactionAbortedException(
        "Transaction \""
            + name
            + "\" of datasource "
            + database.name()
            + " was not committed: an SQL error that its body caught had already aborted it"
            + (first == null ? "" : " (" + first.getMessage() + ")")
            + ". Let the error leave the body, avoid it (for example with ON CONFLICT), or try the"
            + " statement in a nested transaction of the same datasource.",
        database.name(),
        name,
        first);
  }

  private TransactionAbortedException ended(GuardedConnection guard, @Nullable SQLException failure)
      throws SQLException {
    SQLException first = guard.firstFailure();
    if (SqlFailure.of(first) == SqlFailure.STORAGE_FAILED) {
      throw first;
    }
    return new TransactionAbortedException(
        "Transaction \""
            + name
            + "\" of datasource "
            + database.name()
            + " was ended inside its body, by a COMMIT or ROLLBACK statement or by an error that"
            + " rolls back. Its result was not recorded. Leave the end of the transaction to the"
            + " datasource.",
        database.name(),
        name,
        first == null ? failure : first);
  }

  /** Whether repeating the transaction on a fresh connection may help after {@code failure}. */
  SqlFailure transience(Throwable failure, Lease lease) {
    SqlFailure kind = SqlFailure.of(failure);
    return switch (kind) {
      case CONFLICT, STORAGE_FAILED -> kind;
      // A broken connection to somewhere else, thrown by the body, is the body's own error.
      case CONNECTION_LOST -> isBroken(lease.connection()) ? kind : SqlFailure.OTHER;
      default -> SqlFailure.OTHER;
    };
  }

  private static boolean isBroken(Connection connection) {
    try {
      return !connection.isValid(VALIDATION_SECONDS);
    } catch (SQLException broken) {
      return true;
    }
  }
}
