package dev.dbos.liquibase;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;

/**
 * Keeps every other process from migrating the same database. It is dropped by the operating system
 * or the database when its owner dies, so it can never be left behind locked.
 */
sealed interface MigrationGuard permits PostgresGuard, SqliteGuard, MigrationGuard.Absent {

  /** Whether the holder is provably the only one, so that leftovers of others are stale. */
  boolean exclusive();

  /** Takes the guard if it is free. */
  boolean tryAcquire() throws SQLException, IOException;

  /** Gives an acquired guard back. */
  void release() throws SQLException, IOException;

  /** The guard that fits the database of {@code connection}. */
  static MigrationGuard of(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    return switch (product) {
      case "sqlite" -> ofSqlite(query(connection, "PRAGMA database_list", "file"));
      case "postgresql" ->
          query(connection, "SELECT version() AS version", "version").contains("CockroachDB")
              ? new Absent(false)
              : new PostgresGuard(connection);
      default -> new Absent(false);
    };
  }

  private static MigrationGuard ofSqlite(String file) {
    // A database in memory has no file and no other process.
    return file.isEmpty() ? new Absent(true) : new SqliteGuard(Path.of(file));
  }

  private static String query(Connection connection, String sql, String column)
      throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      String value = rows.next() ? rows.getString(column) : null;
      return value == null ? "" : value;
    }
  }

  /** No guard: either none is needed, or the database has none to offer. */
  record Absent(boolean exclusive) implements MigrationGuard {
    @Override
    public boolean tryAcquire() {
      return true;
    }

    @Override
    public void release() {
      // Nothing was taken.
    }
  }
}
