package dev.dbos.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Who is let into a server, which starts with its doors open. */
final class ServerDoors {
  /** Every way in asks for the password, so that a wrong one is noticed. */
  private static final List<String> PASSWORD_FOR_ALL =
      List.of(
          "local all all scram-sha-256",
          "host all all 127.0.0.1/32 scram-sha-256",
          "host all all ::1/128 scram-sha-256");

  private ServerDoors() {}

  /**
   * Has the superuser, and everybody else, asked for a password.
   *
   * @param access rules that come before
   * @return where its data is
   */
  static Path close(EmbeddedPostgres server, String password, List<String> access) {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("ALTER ROLE CURRENT_USER PASSWORD '" + password + "'");
      statement.execute("CREATE EXTENSION pg_walinspect");
      List<String> rules = new ArrayList<>(access);
      rules.addAll(PASSWORD_FOR_ALL);
      Files.write(Path.of(setting(statement, "hba_file")), rules);
      statement.execute("SELECT pg_reload_conf()");
      awaitClosedDoors(server);
      return Path.of(setting(statement, "data_directory"));
    } catch (SQLException e) {
      throw new IllegalStateException("Could not set up PostgreSQL: " + e.getMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The server reads the file when it gets to it. */
  private static void awaitClosedDoors(EmbeddedPostgres server) throws SQLException {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (System.nanoTime() < deadline) {
      try (Connection open = server.getPostgresDatabase().getConnection()) {
        open.isReadOnly();
      } catch (SQLException e) {
        return;
      }
    }
    throw new SQLException("the server still lets everybody in");
  }

  private static String setting(Statement statement, String name) throws SQLException {
    try (ResultSet rows = statement.executeQuery("SHOW " + name)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
