package dev.dbos.liquibase;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * A session-level advisory lock, held by the very connection that migrates: when that is lost, the
 * lock is lost with it and so is the migration.
 */
record PostgresGuard(Connection connection) implements MigrationGuard {

  /** Advisory locks are counted per database, so one number does for all. ASCII of "dbos-app". */
  private static final long KEY = 0x64626f732d617070L;

  @Override
  public boolean exclusive() {
    return true;
  }

  @Override
  public boolean tryAcquire() throws SQLException {
    return call("SELECT pg_try_advisory_lock(?)");
  }

  @Override
  public void release() throws SQLException {
    call("SELECT pg_advisory_unlock(?)");
  }

  private boolean call(String sql) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, KEY);
      try (ResultSet rows = statement.executeQuery()) {
        return rows.next() && rows.getBoolean(1);
      }
    }
  }
}
