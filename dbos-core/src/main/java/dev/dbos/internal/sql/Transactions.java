package dev.dbos.internal.sql;

import dev.dbos.datasource.IsolationLevel;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * The only begin, commit and rollback.
 *
 * <p>PostgreSQL: JDBC's autocommit is switched off, so that the driver sends BEGIN with the first
 * statement and opening a transaction costs no exchange. {@code COMMIT} may ride on the last
 * statement ({@link #andCommit}).
 *
 * <p>SQLite: autocommit stays on and transactions are SQL statements. The driver's own handling
 * takes the write lock again inside {@code commit()}, and {@code setSavepoint} flips its flag.
 */
public final class Transactions {
  private Transactions() {}

  /** Opens a transaction on {@code lease}. */
  public static void begin(Lease lease, TransactionMode mode) throws SQLException {
    Connection connection = lease.connection();
    switch (lease.database().dialect()) {
      case Dialect.Postgres postgres -> {
        connection.setAutoCommit(false);
        IsolationLevel session = lease.database().sessionIsolation();
        IsolationLevel wanted =
            mode.isolation() == null ? lease.database().wantedIsolation() : mode.isolation();
        if (wanted != null && (mode.readOnly() || wanted != session)) {
          execute(connection, postgres.setTransaction(wanted, mode.readOnly()).orElseThrow());
        } else if (mode.readOnly()) {
          execute(connection, "SET TRANSACTION READ ONLY");
        }
      }
      case Dialect.Sqlite sqlite ->
          execute(connection, mode.readOnly() ? "BEGIN" : "BEGIN IMMEDIATE");
    }
    lease.inTransaction(true);
  }

  /**
   * Commits.
   *
   * @throws SQLException when it did not, or when nobody knows: {@link SqlFailure#CONNECTION_LOST}
   */
  public static void commit(Lease lease) throws SQLException {
    switch (lease.database().dialect()) {
      case Dialect.Postgres postgres -> lease.connection().commit();
      case Dialect.Sqlite sqlite -> execute(lease.connection(), "COMMIT");
    }
    lease.inTransaction(false);
  }

  /** Rolls back; without an open transaction it does nothing. */
  public static void rollback(Lease lease) throws SQLException {
    if (!lease.inTransaction()) {
      return;
    }
    lease.inTransaction(false);
    switch (lease.database().dialect()) {
      case Dialect.Postgres postgres -> lease.connection().rollback();
      case Dialect.Sqlite sqlite -> rollbackSqlite(lease.connection());
    }
  }

  /** Rolls back because of {@code failure}; what goes wrong on the way is added to it. */
  public static void rollbackAfter(Throwable failure, Lease lease) {
    try {
      rollback(lease);
    } catch (SQLException alsoFailed) {
      if (!alsoFailed.equals(failure)) {
        failure.addSuppressed(alsoFailed);
      }
    }
  }

  /**
   * The text that runs {@code insert} and commits with it, for databases where both travel in one
   * exchange. Only for a plain INSERT: a duplicate key then aborts before the COMMIT is reached,
   * which {@code ON CONFLICT DO NOTHING} would not.
   */
  public static String andCommit(String insert, Dialect dialect) {
    return switch (dialect) {
      case Dialect.Postgres postgres -> insert + "; COMMIT";
      case Dialect.Sqlite sqlite -> insert;
    };
  }

  /** Finishes what {@link #andCommit} began: a COMMIT where it did not ride on the statement. */
  public static void commitUnlessCommitted(Lease lease) throws SQLException {
    switch (lease.database().dialect()) {
      case Dialect.Postgres postgres -> lease.inTransaction(false);
      case Dialect.Sqlite sqlite -> commit(lease);
    }
  }

  /** Runs {@code work} in one transaction of its own and commits it. */
  public static <R extends @Nullable Object> R call(
      Lease lease, TransactionMode mode, SqlFunction<Connection, R> work) throws SQLException {
    begin(lease, mode);
    try {
      R result = work.apply(lease.connection());
      commit(lease);
      return result;
    } catch (Throwable failure) {
      rollbackAfter(failure, lease);
      throw failure;
    }
  }

  /** Marks a point inside the open transaction to which {@link #rollbackTo} returns. */
  public static void savepoint(Connection connection, String name) throws SQLException {
    execute(connection, "SAVEPOINT " + name);
  }

  /** Forgets a savepoint, keeping what was done since. */
  public static void release(Connection connection, String name) throws SQLException {
    execute(connection, "RELEASE SAVEPOINT " + name);
  }

  /** Undoes what was done since the savepoint, and forgets it. */
  public static void rollbackTo(Connection connection, String name) throws SQLException {
    execute(connection, "ROLLBACK TO SAVEPOINT " + name);
    release(connection, name);
  }

  /** What the server thinks of the open transaction, where the driver can tell without asking. */
  public static Standing standing(Connection connection) throws SQLException {
    if (!DRIVER_PRESENT || !connection.isWrapperFor(BaseConnection.class)) {
      return Standing.UNKNOWN;
    }
    TransactionState state = connection.unwrap(BaseConnection.class).getTransactionState();
    return switch (state) {
      case IDLE -> Standing.NONE;
      case OPEN -> Standing.OPEN;
      case FAILED -> Standing.ABORTED;
    };
  }

  /** Where a transaction stands. */
  public enum Standing {
    /** No transaction is open. */
    NONE,
    /** It can be committed. */
    OPEN,
    /** An error aborted it; a COMMIT would silently roll back. */
    ABORTED,
    /** The driver does not say. */
    UNKNOWN
  }

  /** Lets each statement of a freshly borrowed connection stand for itself. */
  static void autoCommit(Connection connection) throws SQLException {
    if (!connection.getAutoCommit()) {
      connection.setAutoCommit(true);
    }
  }

  /** Ends what is open and puts the connection's autocommit back as it was lent. */
  static void restore(Lease lease, boolean autoCommit) throws SQLException {
    Connection connection = lease.connection();
    rollback(lease);
    if (connection.getAutoCommit() != autoCommit) {
      connection.setAutoCommit(autoCommit);
    }
  }

  private static void rollbackSqlite(Connection connection) throws SQLException {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException failure) {
      String message = failure.getMessage();
      if (message == null || !message.contains("no transaction is active")) {
        throw failure;
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static final boolean DRIVER_PRESENT = Drivers.isPresent("org.postgresql.Driver");

  /** Runs a prepared statement to its end, so that an error of any part of it is thrown. */
  public static void drain(PreparedStatement statement) throws SQLException {
    while (statement.getMoreResults() || statement.getUpdateCount() != -1) {
      // Each result is one statement of the text; its errors are thrown by getMoreResults.
    }
  }
}
