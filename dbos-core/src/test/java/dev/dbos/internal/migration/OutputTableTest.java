package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutputTableTest {
  private static final String PYTHON_TABLE =
      "CREATE TABLE %sdatasource_outputs (workflow_id TEXT NOT NULL, step_id INT NOT NULL,"
          + " output TEXT, error TEXT, serialization TEXT, created_at BIGINT NOT NULL DEFAULT 7,"
          + " PRIMARY KEY (workflow_id, step_id))";

  private final TestPostgres server = TestPostgres.shared();
  private final String name = server.createDatabase();
  private final String url = server.url(name);

  @Test
  void aNewPostgresTableHasTheSharedColumnsAndOurs() throws SQLException {
    prepare(url, "dbos");
    try (Connection connection = server.connect(name)) {
      PostgresCatalog catalog = new PostgresCatalog(connection, "dbos");
      assertThat(catalog.columns())
          .containsExactly(
              "datasource_outputs 1 workflow_id text NOT NULL",
              "datasource_outputs 2 step_id integer NOT NULL",
              "datasource_outputs 3 output text",
              "datasource_outputs 4 error text",
              "datasource_outputs 5 serialization text",
              "datasource_outputs 6 created_at bigint NOT NULL"
                  + " ((EXTRACT(epoch FROM now()) * 1000.0))::bigint",
              "datasource_outputs 7 step_name text",
              "datasource_outputs 8 incarnation bigint",
              "datasource_outputs 9 attempt text");
      assertThat(catalog.constraints())
          .containsExactly(
              "dbos.datasource_outputs datasource_outputs_pkey PRIMARY KEY (workflow_id, step_id)");
    }
  }

  @Test
  void aNewSqliteTableHasTheSharedColumnsAndOurs() throws SQLException {
    try (TempSqlite file = TempSqlite.create()) {
      prepare(file.url(), "dbos");
      try (Connection connection = DriverManager.getConnection(file.jdbcUrl())) {
        assertThat(
                Statements.strings(
                    connection,
                    "SELECT name || ' ' || type || iif(\"notnull\", ' NOT NULL', '')"
                        + " || iif(pk, ' key ' || pk, '') FROM pragma_table_info('datasource_outputs')"))
            .containsExactly(
                "workflow_id TEXT NOT NULL key 1",
                "step_id INTEGER NOT NULL key 2",
                "output TEXT",
                "error TEXT",
                "serialization TEXT",
                "created_at INTEGER NOT NULL",
                "step_name TEXT",
                "incarnation BIGINT",
                "attempt TEXT");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"dbos", "public", "C$+0m'\"x"})
  void anySchemaWillDo(String schema) throws SQLException {
    prepare(url, schema);
    prepare(url, schema);
    try (Connection connection = server.connect(name)) {
      assertThat(new PostgresCatalog(connection, schema).columns()).hasSize(9);
    }
  }

  @Test
  void theTableOfAnotherImplementationGetsTheMissingColumns() throws SQLException {
    server.execute(name, "CREATE SCHEMA dbos");
    server.execute(name, PYTHON_TABLE.formatted("dbos."));
    server.execute(name, "INSERT INTO dbos.datasource_outputs VALUES ('order-1', 1, '42')");

    prepare(url, "dbos");

    try (Connection connection = server.connect(name)) {
      assertThat(
              Statements.strings(
                  connection,
                  "SELECT concat_ws(' ', workflow_id, output, created_at)"
                      + " FROM dbos.datasource_outputs WHERE step_name IS NULL"
                      + " AND incarnation IS NULL AND attempt IS NULL"))
          .containsExactly("order-1 42 7");
    }
  }

  @Test
  void theSqliteTableOfAnotherImplementationGetsTheMissingColumns() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Connection connection = DriverManager.getConnection(file.jdbcUrl())) {
      Statements.run(connection, List.of(PYTHON_TABLE.formatted("")));
      prepare(file.url(), "dbos");
      assertThat(
              Statements.strings(
                  connection, "SELECT name FROM pragma_table_info('datasource_outputs')"))
          .contains("step_name", "incarnation", "attempt")
          .hasSize(9);
    }
  }

  @Test
  void aTableMadeInAdvanceNeedsNoRightsOfDefinition() {
    var role = server.createRole();
    for (String statement : OutputTable.ddl(new Dialect.Postgres(), "dbos")) {
      server.execute(name, statement);
    }
    server.execute(name, "GRANT USAGE ON SCHEMA dbos TO " + role.name());
    server.execute(name, "GRANT SELECT, INSERT ON dbos.datasource_outputs TO " + role.name());

    prepare(server.url(name, role), "dbos");
  }

  @Test
  void aRoleThatMayNotCreateItLearnsTheStatements() {
    var role = server.createRole();

    assertThatThrownBy(() -> prepare(server.url(name, role), "dbos"))
        .isInstanceOfSatisfying(
            SchemaException.class,
            refused -> {
              String message = Objects.requireNonNull(refused.getMessage());
              String script = message.split("Have an owner run:\n", 2)[1];
              assertThat(script)
                  .startsWith("CREATE SCHEMA \"dbos\";\nCREATE TABLE \"dbos\".datasource_outputs (")
                  .endsWith(
                      "GRANT SELECT, INSERT, UPDATE, DELETE ON \"dbos\".datasource_outputs TO "
                          + role.name()
                          + ";");
              server.execute(name, script);
            });
    prepare(server.url(name, role), "dbos");
  }

  @Test
  void aRoleThatMayNotAlterItLearnsTheStatements() {
    var role = server.createRole();
    server.execute(name, "CREATE SCHEMA dbos");
    server.execute(name, PYTHON_TABLE.formatted("dbos."));

    assertThatThrownBy(() -> prepare(server.url(name, role), "dbos"))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining(
            """
            Have an owner run:
            ALTER TABLE "dbos".datasource_outputs ADD COLUMN step_name text;
            ALTER TABLE "dbos".datasource_outputs ADD COLUMN incarnation bigint;
            ALTER TABLE "dbos".datasource_outputs ADD COLUMN attempt text;
            GRANT USAGE ON SCHEMA "dbos" TO \
            """);
  }

  @Test
  void aTableOfSomethingElseIsRefused() {
    server.execute(name, "CREATE SCHEMA dbos");
    server.execute(name, "CREATE TABLE dbos.datasource_outputs (sensor text)");

    assertThatThrownBy(() -> prepare(url, "dbos"))
        .isInstanceOf(SchemaException.class)
        .hasMessage(
            "The table datasource_outputs in system database is not one of step outputs: it lacks workflow_id"
                + " or step_id. Rename it, or choose another schema for the step outputs.");
  }

  @Test
  void eightStartersMakeOnePostgresTable() throws Exception {
    startEightTimes(url, 0);
  }

  @Test
  void eightStartersMakeOneSqliteTable() throws Exception {
    try (TempSqlite file = TempSqlite.create()) {
      startEightTimes(file.url(), 0);
    }
  }

  @Test
  void startersOfOtherImplementationsWhoTakeNoLockDoNoHarm() throws Exception {
    startEightTimes(url, 4);
    try (Connection connection = server.connect(name)) {
      assertThat(new PostgresCatalog(connection, "dbos").columns()).hasSize(9);
    }
  }

  private void startEightTimes(String url, int strangers) throws Exception {
    CountDownLatch ready = new CountDownLatch(8 + strangers);
    try (ExecutorService starters = Executors.newFixedThreadPool(8 + strangers)) {
      List<Future<?>> started = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        started.add(
            starters.submit(
                () -> {
                  try (Database database = SystemDatabases.open(url)) {
                    ready.countDown();
                    ready.await();
                    OutputTable.prepare(database, "dbos");
                  }
                  return null;
                }));
      }
      for (int i = 0; i < strangers; i++) {
        started.add(starters.submit(() -> createLikeAStranger(ready)));
      }
      for (Future<?> start : started) {
        start.get();
      }
    }
  }

  /** Creates schema and table without any lock; may lose the race itself, which is its affair. */
  private @Nullable Void createLikeAStranger(CountDownLatch ready) throws InterruptedException {
    ready.countDown();
    ready.await();
    try {
      server.execute(name, "CREATE SCHEMA IF NOT EXISTS dbos");
      server.execute(
          name, PYTHON_TABLE.formatted("dbos.").replace("TABLE ", "TABLE IF NOT EXISTS "));
    } catch (IllegalStateException lostTheRace) {
      assertThat(lostTheRace.getMessage()).containsAnyOf("duplicate key", "already exists");
    }
    return null;
  }

  private static void prepare(String url, String schema) {
    try (Database database = SystemDatabases.open(url)) {
      OutputTable.prepare(database, schema);
    }
  }
}
