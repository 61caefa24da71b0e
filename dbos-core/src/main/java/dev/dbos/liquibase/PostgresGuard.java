package dev.dbos.liquibase;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * A session-level advisory lock, held by the very connection that migrates: when that is lost, the
 * lock is lost with it and so is the migration. Liquibase changes the session's search path and
 * leaves it so; the same exchanges that take and give the lock keep and restore it.
 */
final class PostgresGuard implements MigrationGuard {

  /** Advisory locks are counted per database, so one number does for all. ASCII of "dbos-app". */
  private static final long KEY = 0x64626f732d617070L;

  private final Connection connection;
  private @Nullable String searchPath;

  PostgresGuard(Connection connection) {
    this.connection = connection;
  }

  @Override
  public boolean exclusive() {
    return true;
  }

  @Override
  public boolean tryAcquire() throws SQLException {
    String sql = "SELECT pg_try_advisory_lock(?), current_setting('search_path')";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, KEY);
      try (ResultSet rows = statement.executeQuery()) {
        rows.next();
        searchPath = rows.getString(2);
        return rows.getBoolean(1);
      }
    }
  }

  @Override
  public void release() throws SQLException {
    String sql = "SELECT pg_advisory_unlock(?), set_config('search_path', ?, false)";
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setLong(1, KEY);
      statement.setString(2, searchPath);
      statement.execute();
    }
  }
}
