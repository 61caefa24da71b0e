package dev.dbos.internal.sql;

import dev.dbos.error.DatabaseUnavailableException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import javax.sql.DataSource;

/** The settings every SQLite connection runs with, and the check that they took effect. */
final class SqlitePragmas {
  /** How long the locks of others are waited for. */
  static final Duration BUSY_TIMEOUT = Duration.ofSeconds(10);

  /** Write-ahead log; commits that survive a power cut; foreign keys; patience with others. */
  static final Map<String, String> WANTED =
      Map.of(
          "journal_mode", "WAL",
          "synchronous", "FULL",
          "foreign_keys", "ON",
          "busy_timeout", String.valueOf(BUSY_TIMEOUT.toMillis()));

  private static final Map<String, String> EXPECTED =
      Map.of("journal_mode", "wal", "synchronous", "2", "foreign_keys", "1");

  private SqlitePragmas() {}

  /** Reads the settings back; a driver or file system that ignored one must not go unnoticed. */
  static void verify(DataSource source, String name) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      for (Map.Entry<String, String> pragma : EXPECTED.entrySet()) {
        try (ResultSet row = statement.executeQuery("PRAGMA " + pragma.getKey())) {
          String actual = row.next() ? row.getString(1) : "nothing";
          if (!pragma.getValue().equalsIgnoreCase(actual)) {
            throw new DatabaseUnavailableException(
                "SQLite did not accept %s=%s for %s (it says %s). Put the file on a local file system."
                    .formatted(pragma.getKey(), pragma.getValue(), name, actual),
                name,
                null);
          }
        }
      }
    } catch (SQLException failure) {
      throw new DatabaseUnavailableException(
          "The SQLite file of " + name + " cannot be used: " + failure.getMessage(), name, failure);
    }
  }
}
