package dev.dbos.internal.sql;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection on loan, and for a writer of SQLite the turn to write. Closing it ends whatever
 * transaction is open, restores what was changed on the connection and gives both back.
 */
public final class Lease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Lease.class);

  private final Connection connection;
  private final Database database;
  private final @Nullable WriteGate gate;
  private final boolean autoCommitBefore;
  private final Borrower borrower;
  private final long sinceNanos = System.nanoTime();
  private boolean inTransaction;

  Lease(Connection connection, Database database, @Nullable WriteGate gate, Borrower borrower)
      throws SQLException {
    this.connection = connection;
    this.database = database;
    this.gate = gate;
    this.borrower = borrower;
    this.autoCommitBefore = connection.getAutoCommit();
    Transactions.autoCommit(connection);
  }

  /** The connection. */
  public Connection connection() {
    return connection;
  }

  /** The database it belongs to. */
  public Database database() {
    return database;
  }

  /** Who has it. */
  Borrower borrower() {
    return borrower;
  }

  /** Whether it took the turn to write. */
  boolean hasTurn() {
    return gate != null;
  }

  /** How long it has been lent. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - sinceNanos);
  }

  boolean inTransaction() {
    return inTransaction;
  }

  void inTransaction(boolean open) {
    inTransaction = open;
  }

  @Override
  public void close() {
    try (connection) {
      Transactions.restore(this, autoCommitBefore);
    } catch (SQLException broken) {
      // What the transaction did is already known; a connection that cannot be tidied is replaced
      // by its pool.
      LOG.debug("A connection to {} was broken when it was returned", database.name(), broken);
    } finally {
      database.returned(this);
      if (gate != null) {
        gate.leave();
      }
    }
  }
}
