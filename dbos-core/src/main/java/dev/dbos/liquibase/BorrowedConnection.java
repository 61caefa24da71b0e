package dev.dbos.liquibase;

import java.sql.Connection;
import liquibase.database.jvm.JdbcConnection;
import liquibase.exception.DatabaseException;

/**
 * A caller's connection in Liquibase's hands: closing it leaves it open, and one commit can be left
 * out.
 *
 * <p>Liquibase commits a changeset, then inserts the row that says it ran, then commits again. A
 * process killed in between leaves a changeset that was applied and will be run a second time,
 * which fails for ever. With the first of the two commits left out both become one transaction.
 */
final class BorrowedConnection extends JdbcConnection {

  private boolean leaveOutNextCommit;

  BorrowedConnection(Connection connection) {
    super(connection);
  }

  /** Lets the work up to the next commit be committed by the one after it. */
  void leaveOutNextCommit() {
    leaveOutNextCommit = true;
  }

  /** Lets the next commit be one, when the work before it failed and was rolled back. */
  void commitAsUsual() {
    leaveOutNextCommit = false;
  }

  @Override
  public void commit() throws DatabaseException {
    if (leaveOutNextCommit) {
      leaveOutNextCommit = false;
    } else {
      super.commit();
    }
  }

  @Override
  public void close() throws DatabaseException {
    rollback();
  }
}
