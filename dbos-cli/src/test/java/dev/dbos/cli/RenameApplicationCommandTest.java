package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.TempSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RenameApplicationCommandTest {
  @TempDir private Path directory = Path.of("");

  @Test
  void tellsWhatHasChangedItsOwner() throws SQLException {
    try (TempSqlite file = TempSqlite.create()) {
      Terminal terminal = new Terminal(directory);
      terminal.run("migrate", file.url());
      try (Connection connection = DriverManager.getConnection(file.jdbcUrl());
          Statement statement = connection.createStatement()) {
        statement.execute(
            "INSERT INTO workflow_status (workflow_uuid, status, application_name)"
                + " VALUES ('a', 'SUCCESS', 'tea-shop'), ('b', 'ENQUEUED', 'tea-shop'),"
                + " ('c', 'ENQUEUED', NULL)");
      }

      assertThat(
              terminal.run(
                  "rename-application",
                  "tea-shop",
                  "tea-room",
                  "--adopt-unclaimed",
                  "--url",
                  file.url()))
          .as(terminal.err())
          .isZero();
      assertThat(terminal.out())
          .isEqualToNormalizingNewlines(
              "1 unfinished and 1 finished workflows, 0 steps, 0 queues, 0 schedules, 0 versions of"
                  + " tea-shop belong to tea-room now.\n"
                  + "1 unfinished and 0 finished workflows, 0 steps, 0 queues, 0 schedules, 0"
                  + " versions of nobody belong to tea-room now.");

      assertThat(terminal.run("rename-application", "tea-shop", "tea-bar", "--url", file.url()))
          .isEqualTo(1);
      assertThat(terminal.err()).isEqualTo("dbos: nothing belongs to application tea-shop.");
      assertThat(terminal.run("rename-application", "tea-room", "T", "--url", file.url()))
          .isEqualTo(1);
      assertThat(terminal.err()).startsWith("dbos: Invalid app name T.");
    }
  }
}
