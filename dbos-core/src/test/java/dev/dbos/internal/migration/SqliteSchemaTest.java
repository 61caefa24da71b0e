package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.testing.SampleDatabase;
import dev.dbos.testing.TempSqlite;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteSchemaTest {
  private final TempSqlite file = TempSqlite.create();

  @AfterEach
  void delete() {
    file.close();
  }

  @Test
  void aFreshFileEqualsThatOfAnotherImplementation() throws SQLException {
    SystemDatabases.migrate(file.url());
    try (TempSqlite other = TempSqlite.create();
        Connection ours = connect(file);
        Connection theirs = connect(other)) {
      Samples.restore(theirs, SampleDatabase.PYTHON_ON_SQLITE);

      assertThat(describe(ours)).isEqualTo(describe(theirs));
      assertThat(version(ours)).isEqualTo(108);
    }
  }

  @Test
  void columnsEqualTheListOfAnotherImplementation() throws SQLException {
    SystemDatabases.migrate(file.url());
    try (Connection connection = connect(file)) {
      List<String> columns =
          Statements.strings(
              connection,
              "SELECT rtrim(m.name || char(9) || c.name || char(9) || c.type || char(9)"
                  + " || iif(c.\"notnull\", 'NOT NULL', '') || char(9) || coalesce(c.dflt_value, '')"
                  + " || char(9) || iif(c.pk, 'pk' || c.pk, ''), char(9))"
                  + " FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'"
                  + " AND m.name NOT LIKE 'java\\_%' ESCAPE '\\'");

      assertThat(columns.stream().map(SqliteSchemaTest::anyClock))
          .containsExactlyInAnyOrderElementsOf(
              SampleDatabase.PYTHON_ON_SQLITE
                  .text("columns.tsv")
                  .lines()
                  .map(String::stripTrailing)
                  .map(SqliteSchemaTest::anyClock)
                  .toList());
    }
  }

  @Test
  void timesDefaultToMilliseconds() throws SQLException {
    SystemDatabases.migrate(file.url());
    try (Connection connection = connect(file)) {
      long before = System.currentTimeMillis();
      Statements.run(connection, List.of("INSERT INTO queues (name) VALUES ('orders')"));

      assertThat(Statements.number(connection, "SELECT created_at FROM queues"))
          .isBetween(before - 1, System.currentTimeMillis() + 1);
      assertThat(Statements.strings(connection, "SELECT typeof(created_at) FROM queues"))
          .containsExactly("integer");
    }
  }

  @Test
  void printedStatementsMakeTheSameFileByHand() throws SQLException {
    SystemDatabases.migrate(file.url());
    try (TempSqlite byHand = TempSqlite.create()) {
      try (Connection ours = connect(file);
          Connection theirs = connect(byHand)) {
        for (String statement : SystemSchema.ddl(new Dialect.Sqlite(), "dbos")) {
          Statements.run(theirs, List.of(statement));
        }
        assertThat(describe(theirs)).isEqualTo(describe(ours));
      }
      SystemDatabases.prepare(
          byHand.url(), "dbos", MigrationMode.VALIDATE, SystemDatabases.PATIENCE);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {100, 101, 102, 103, 104, 105, 106, 107})
  void anEarlierVersionBecomesTheSharedSchema(int version) throws SQLException {
    try (TempSqlite fresh = TempSqlite.create()) {
      SystemDatabases.migrate(fresh.url());
      try (Connection connection = connect(file);
          Connection current = connect(fresh)) {
        restore(connection, version);

        SystemDatabases.migrate(file.url());

        assertThat(names(connection)).isEqualTo(names(current));
        assertThat(version(connection)).isEqualTo(108);
      }
    }
  }

  @Test
  void whatAnInterruptedMigrationLeftBehindIsFinished() throws SQLException {
    try (Connection connection = connect(file)) {
      Samples.restore(connection, SampleDatabase.PYTHON_ON_SQLITE);
      Statements.run(
          connection,
          List.of(
              "ALTER TABLE queues DROP partition_rate_limit_max",
              "UPDATE dbos_migrations SET version = 100"));

      SystemDatabases.migrate(file.url());

      assertThat(names(connection)).contains("queues partition_rate_limit_max");
      assertThat(version(connection)).isEqualTo(108);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 40, 47, 99})
  void numbersBelowOneHundredAreRefused(int version) throws SQLException {
    try (Connection connection = connect(file)) {
      Samples.restore(connection, SampleDatabase.PYTHON_ON_SQLITE);
      Statements.run(connection, List.of("UPDATE dbos_migrations SET version = " + version));
    }

    assertThatThrownBy(() -> SystemDatabases.migrate(file.url()))
        .isInstanceOf(SchemaException.class)
        .hasMessage(
            "The system database is at schema version "
                + version
                + ", which means different things to different SDKs: below 100 each numbers its"
                + " SQLite migrations in its own way. Upgrade it first with the SDK that created it,"
                + " to version 100 or later.");
  }

  @Test
  void aNewerVersionIsLeftAlone() throws SQLException {
    try (Connection connection = connect(file)) {
      restore(connection, 107);
      Statements.run(connection, List.of("UPDATE dbos_migrations SET version = 123"));
      List<String> before = describe(connection);

      SystemDatabases.migrate(file.url());

      assertThat(describe(connection)).isEqualTo(before);
      assertThat(version(connection)).isEqualTo(123);
    }
  }

  @Test
  void validationNamesWhatIsMissing() {
    assertThatThrownBy(
            () ->
                SystemDatabases.prepare(
                    file.url(), "dbos", MigrationMode.VALIDATE, Duration.ofSeconds(1)))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("The system database has no system tables, but");
  }

  @Test
  void aDatabaseInMemoryWorksToo() throws SQLException {
    try (var database = SystemDatabases.open("sqlite::memory:")) {
      SystemSchema.prepare(database, "dbos", MigrationMode.MIGRATE, SystemDatabases.PATIENCE);
      assertThat(database.read(SqliteSchemaTest::version)).isEqualTo(108);
    }
  }

  private static void restore(Connection connection, int version) throws SQLException {
    Samples.restore(connection, SampleDatabase.PYTHON_ON_SQLITE);
    List<String> undo = new ArrayList<>();
    if (version < 108) {
      for (String column :
          List.of("concurrency", "worker_concurrency", "rate_limit_max", "rate_limit_period_sec")) {
        undo.add("ALTER TABLE queues DROP partition_" + column);
      }
    }
    if (version < 107) {
      undo.add("DROP INDEX uq_application_versions_unclaimed_version");
    }
    if (version < 106) {
      undo.add("DROP INDEX uq_application_versions_owner_version");
    }
    List<String> named =
        List.of("queues", "workflow_schedules", "application_versions", "operation_outputs");
    for (int i = 0; i < named.size(); i++) {
      if (version < 101 + i) {
        undo.add("ALTER TABLE " + named.get(i) + " DROP application_name");
      }
    }
    undo.add("UPDATE dbos_migrations SET version = " + version);
    Statements.run(connection, undo);
  }

  private static Connection connect(TempSqlite file) throws SQLException {
    return DriverManager.getConnection(file.jdbcUrl());
  }

  private static long version(Connection connection) throws SQLException {
    return Statements.number(connection, "SELECT version FROM dbos_migrations");
  }

  /** The names of all tables, columns and indexes. */
  private static List<String> names(Connection connection) throws SQLException {
    return Statements.strings(
        connection,
        "SELECT m.name || ' ' || c.name FROM sqlite_master m, pragma_table_info(m.name) c"
            + " WHERE m.type IN ('table', 'index') ORDER BY 1");
  }

  /** The definitions of all shared tables and indexes, whatever their spacing. */
  private static List<String> describe(Connection connection) throws SQLException {
    return Statements.strings(
            connection,
            "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"
                + " AND name NOT LIKE 'java\\_%' ESCAPE '\\' ORDER BY name")
        .stream()
        .map(sql -> anyClock(sql).replaceAll("\\s+", " ").replace("IF NOT EXISTS ", ""))
        .toList();
  }

  /** Defaults to the current time, which each creator words in its own way. */
  private static String anyClock(String definition) {
    String ours = SqliteSystemTables.NOW_MILLIS;
    return definition
        .replace(ours, "(NOW)")
        .replace(ours.substring(1, ours.length() - 1), "NOW")
        .replace("strftime('%s','now') * 1000", "NOW");
  }
}
