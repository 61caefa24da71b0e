package dev.dbos.internal.transaction;

import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Lease;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.ProgressHandler;

/**
 * How long a statement may run. PostgreSQL limits itself: a pool of ours sets it for each session,
 * a caller's data source for each transaction. SQLite asks us every so often whether to go on.
 */
interface StatementLimit extends AutoCloseable {
  /** No limit, or one that the server keeps by itself. */
  StatementLimit NONE =
      new StatementLimit() {
        @Override
        public void statementBegins() {}

        @Override
        public void close() {}
      };

  /** A statement begins; its time runs from here. */
  void statementBegins();

  @Override
  void close() throws SQLException;

  /** Limits the statements of the transaction that is open on {@code lease}. */
  static StatementLimit begin(Lease lease, @Nullable Duration timeout) throws SQLException {
    if (timeout == null) {
      return NONE;
    }
    Connection connection = lease.connection();
    return switch (lease.database().dialect()) {
      case Dialect.Postgres postgres -> {
        Optional<String> local = lease.database().limitStatements(timeout);
        if (local.isPresent()) {
          try (Statement statement = connection.createStatement()) {
            statement.execute(local.get());
          }
        }
        yield NONE;
      }
      case Dialect.Sqlite sqlite -> new SqliteLimit(connection, timeout);
    };
  }

  /** Interrupts SQLite from its progress callback. */
  final class SqliteLimit extends ProgressHandler implements StatementLimit {
    private static final int INSTRUCTIONS_BETWEEN_LOOKS = 10_000;

    private final Connection connection;
    private final long nanos;
    private long deadline;

    SqliteLimit(Connection connection, Duration timeout) throws SQLException {
      this.connection = connection.unwrap(org.sqlite.SQLiteConnection.class);
      this.nanos = timeout.toNanos();
      statementBegins();
      ProgressHandler.setHandler(this.connection, INSTRUCTIONS_BETWEEN_LOOKS, this);
    }

    @Override
    public void statementBegins() {
      deadline = System.nanoTime() + nanos;
    }

    @Override
    protected int progress() {
      return System.nanoTime() - deadline > 0 ? 1 : 0;
    }

    @Override
    public void close() throws SQLException {
      ProgressHandler.clearHandler(connection);
    }
  }
}
