package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.SchemaException;
import dev.dbos.testing.SampleDatabase;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUpgradeTest {
  private final TestPostgres server = TestPostgres.shared();
  private final String name = server.createDatabase();
  private final String url = server.url(name);

  @ParameterizedTest
  @ValueSource(ints = {41, 42, 44, 45, 47, 99, 100, 103, 104, 105, 106, 107})
  void anEarlierVersionBecomesTheSharedSchema(int version) throws SQLException {
    String fresh = server.createDatabase();
    SystemDatabases.migrate(server.url(fresh));
    try (Connection connection = server.connect(name);
        Connection current = server.connect(fresh)) {
      SystemDatabases.restorePostgres(connection, version);

      SystemDatabases.migrate(url);

      assertThat(new PostgresCatalog(connection, "dbos").tables())
          .isEqualTo(new PostgresCatalog(current, "dbos").tables());
      assertThat(new PostgresCatalog(connection, "dbos").version()).isEqualTo(108);
    }
  }

  @Test
  void aDatabaseOfTheOfficialJavaSdkKeepsItsRowsAndLosesRetiredTriggers() throws SQLException {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 41);
      SystemDatabases.addJavaFunctions(connection);
      Statements.run(
          connection,
          List.of(
              "INSERT INTO dbos.workflow_status (workflow_uuid, status, name)"
                  + " VALUES ('order-1', 'PENDING', 'checkout')",
              "INSERT INTO dbos.queues (name) VALUES ('orders')"));

      SystemDatabases.migrate(url);

      PostgresCatalog catalog = new PostgresCatalog(connection, "dbos");
      assertThat(catalog.triggers()).singleElement().asString().contains("dbos_notifications");
      assertThat(catalog.functions())
          .hasSize(3)
          .anyMatch(function -> function.contains("application_name text DEFAULT NULL"))
          .anyMatch(function -> function.contains("idempotency_key"))
          .anyMatch(function -> function.contains("notifications_function"));
      assertThat(
              Statements.strings(
                  connection,
                  "SELECT workflow_uuid || is_debounced FROM dbos.workflow_status"
                      + " WHERE application_name IS NULL"))
          .containsExactly("order-1false");
      assertThat(
              Statements.strings(connection, "SELECT dbos.enqueue_workflow('checkout', 'orders')"))
          .hasSize(1);
    }
  }

  @Test
  void whatAnInterruptedMigrationLeftBehindIsFinished() throws SQLException {
    try (Connection connection = server.connect(name)) {
      Samples.restore(connection, SampleDatabase.PYTHON);
      Statements.run(
          connection,
          List.of(
              "UPDATE dbos.dbos_migrations SET version = 45",
              "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid ="
                  + " 'dbos.idx_workflow_status_partition_dequeue_v2'::regclass"));

      SystemDatabases.migrate(url);

      assertThat(new PostgresCatalog(connection, "dbos").indexes())
          .noneMatch(index -> index.contains("INVALID"));
      assertThat(new PostgresCatalog(connection, "dbos").version()).isEqualTo(108);
    }
  }

  @Test
  void aNewerVersionIsLeftAlone() throws SQLException {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 107);
      Statements.run(connection, List.of("UPDATE dbos.dbos_migrations SET version = 123"));
      List<String> before = new PostgresCatalog(connection, "dbos").tables();

      SystemDatabases.migrate(url);

      assertThat(new PostgresCatalog(connection, "dbos").tables()).isEqualTo(before);
      assertThat(new PostgresCatalog(connection, "dbos").version()).isEqualTo(123);
    }
  }

  @Test
  void aMigrationTableWithoutARowIsAnEmptyDatabase() throws SQLException {
    server.execute(name, "CREATE SCHEMA dbos");
    server.execute(name, "CREATE TABLE dbos.dbos_migrations (version bigint NOT NULL PRIMARY KEY)");

    SystemDatabases.migrate(url);

    try (Connection connection = server.connect(name)) {
      assertThat(new PostgresCatalog(connection, "dbos").version()).isEqualTo(108);
    }
  }

  @Test
  void aVersionOlderThanTheFirstKnownOneIsRefused() throws SQLException {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 41);
      Statements.run(connection, List.of("UPDATE dbos.dbos_migrations SET version = 12"));
    }

    assertThatThrownBy(() -> SystemDatabases.migrate(url))
        .isInstanceOf(SchemaException.class)
        .hasMessage(
            "The system database is at schema version 12, which this version of dbos cannot"
                + " upgrade: it starts at 41. Upgrade it first with the SDK that created it, to"
                + " version 100 or later.");
  }

  @ParameterizedTest
  @ValueSource(ints = {41, 55, 70})
  void theTypeScriptHistoryBelowOneHundredIsRefused(int version) throws SQLException {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 47);
      Statements.run(
          connection,
          List.of(
              "ALTER TABLE dbos.streams RENAME CONSTRAINT streams_workflow_uuid_fkey"
                  + " TO streams_workflow_uuid_foreign",
              "UPDATE dbos.dbos_migrations SET version = " + version));
      List<String> before = new PostgresCatalog(connection, "dbos").tables();

      assertThatThrownBy(() -> SystemDatabases.migrate(url))
          .isInstanceOf(SchemaException.class)
          .hasMessage(
              "The system database is at schema version "
                  + version
                  + ", which means something else to the SDK that created it: below 100 its numbers"
                  + " are its own. Upgrade it first with the SDK that created it, to version 100 or"
                  + " later.");
      assertThat(new PostgresCatalog(connection, "dbos").tables()).isEqualTo(before);
    }
  }
}
