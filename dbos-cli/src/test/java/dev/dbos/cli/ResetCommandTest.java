package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResetCommandTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void asksBeforeItDeletes() throws SQLException {
    try (TempSqlite file = TempSqlite.create()) {
      Terminal terminal = new Terminal(directory);
      terminal.run("migrate", file.url());
      addWorkflow(file.jdbcUrl(), "workflow_status");

      assertThat(terminal.run("reset", file.url())).isEqualTo(1);
      assertThat(terminal.types("no").run("reset", file.url())).isEqualTo(1);
      assertThat(terminal.err())
          .isEqualToNormalizingNewlines(
              "This deletes every workflow in "
                  + file.url()
                  + " with its history. No application may be running on it. Type yes to go on:\n"
                  + "dbos: nothing was deleted.");
      assertThat(workflows(file.jdbcUrl(), "workflow_status")).isEqualTo(1);

      assertThat(terminal.types("yes").run("reset", file.url())).as(terminal.err()).isZero();
      assertThat(terminal.out()).isEqualTo("Deleted all workflows of " + file.url() + ".");
      assertThat(workflows(file.jdbcUrl(), "workflow_status")).isZero();
    }
  }

  @Test
  void onPostgresqlOnlyTheSystemTablesAreTouched() throws SQLException {
    TestPostgres server = TestPostgres.shared();
    String database = server.createDatabase();
    String jdbc =
        "jdbc:postgresql://localhost:%d/%s?user=postgres&password=postgres"
            .formatted(server.port(), database);
    Terminal terminal = new Terminal(directory);
    terminal.run("migrate", server.url(database));
    addWorkflow(jdbc, "dbos.workflow_status");
    server.execute(database, "CREATE TABLE dbos.receipts AS SELECT 42 AS number");

    assertThat(terminal.run("reset", server.url(database), "--yes")).as(terminal.err()).isZero();

    assertThat(workflows(jdbc, "dbos.workflow_status")).isZero();
    assertThat(workflows(jdbc, "dbos.receipts")).isEqualTo(1);
    assertThat(terminal.run("check", server.url(database))).as(terminal.out()).isZero();
  }

  private static void addWorkflow(String jdbcUrl, String table) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement()) {
      statement.execute("insert into " + table + " (workflow_uuid, created_at) values ('w', 1)");
    }
  }

  private static int workflows(String jdbcUrl, String table) throws SQLException {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + table)) {
      row.next();
      return row.getInt(1);
    }
  }
}
