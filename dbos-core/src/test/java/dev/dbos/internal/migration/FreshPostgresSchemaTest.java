package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.datasource.MigrationMode;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.testing.SampleDatabase;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class FreshPostgresSchemaTest {
  private static final String ODD_SCHEMA = "C$+0m'\"x";

  private final TestPostgres server = TestPostgres.shared();
  private final String name = server.createDatabase();
  private final String url = server.url(name);

  @Test
  void tablesEqualThoseOfAnotherImplementation() throws SQLException {
    SystemDatabases.migrate(url);
    String other = server.createDatabase();
    try (Connection ours = server.connect(name);
        Connection theirs = server.connect(other)) {
      Samples.restore(theirs, SampleDatabase.PYTHON);

      assertThat(new PostgresCatalog(ours, "dbos").tables())
          .containsExactlyElementsOf(new PostgresCatalog(theirs, "dbos").tables());
      assertThat(new PostgresCatalog(ours, "dbos").version()).isEqualTo(108);
    }
  }

  @Test
  void columnsEqualTheListOfAnotherImplementation() throws SQLException {
    SystemDatabases.migrate(url);
    try (Connection connection = server.connect(name)) {
      List<String> columns =
          Statements.strings(
              connection,
              "SELECT rtrim(concat_ws(E'\\t', table_name, column_name, data_type,"
                  + " CASE is_nullable WHEN 'NO' THEN 'NOT NULL' ELSE '' END,"
                  + " coalesce(column_default, '')), E'\\t') FROM information_schema.columns"
                  + " WHERE table_schema = 'dbos' AND table_name NOT LIKE 'java\\_%'");

      assertThat(columns)
          .containsExactlyInAnyOrderElementsOf(
              SampleDatabase.PYTHON
                  .text("columns.tsv")
                  .lines()
                  .map(String::stripTrailing)
                  .toList());
    }
  }

  @Test
  void functionsAndTriggerHaveTheSharedSignatures() throws SQLException {
    SystemDatabases.migrate(url);
    try (Connection connection = server.connect(name)) {
      PostgresCatalog catalog = new PostgresCatalog(connection, "dbos");
      String pinned = " search_path=pg_catalog, pg_temp";

      assertThat(catalog.functions())
          .containsExactlyElementsOf(
              SampleDatabase.PYTHON
                  .text("schema.sql")
                  .lines()
                  .filter(line -> line.startsWith("CREATE FUNCTION"))
                  .map(line -> line + pinned)
                  .sorted()
                  .toList());
      assertThat(SampleDatabase.PYTHON.text("schema.sql").lines().toList())
          .containsAll(catalog.triggers().stream().map(trigger -> trigger + ";").toList());
      assertThat(catalog.triggers()).hasSize(1);
    }
  }

  @Test
  void anyLegalSchemaNameWorks() throws SQLException {
    SystemDatabases.migrate(url, ODD_SCHEMA);
    SystemDatabases.migrate(url);
    try (Connection connection = server.connect(name)) {
      PostgresCatalog odd = new PostgresCatalog(connection, ODD_SCHEMA);
      PostgresCatalog usual = new PostgresCatalog(connection, "dbos");

      assertThat(odd.columns()).isEqualTo(usual.columns());
      assertThat(odd.indexes()).isEqualTo(usual.indexes());
      assertThat(odd.functions()).isEqualTo(usual.functions());
      assertThat(odd.triggers()).isEqualTo(usual.triggers());
      String quoted = new SchemaName(ODD_SCHEMA).quoted();
      assertThat(
              Statements.strings(
                  connection,
                  "SELECT "
                      + quoted
                      + ".enqueue_workflow('ship', 'parcels', workflow_id => 'o-1')"))
          .containsExactly("o-1");
      Statements.strings(connection, "SELECT " + quoted + ".send_message('o-1', '7'::json)");
      assertThat(Statements.number(connection, "SELECT count(*) FROM " + quoted + ".notifications"))
          .isEqualTo(1);
    }
  }

  @Test
  void schemaNameMayContainTheQuoteOfFunctionBodies() throws SQLException {
    String schema = "a$dbos$b${quote}";
    SystemDatabases.migrate(url, schema);
    try (Connection connection = server.connect(name)) {
      assertThat(new PostgresCatalog(connection, schema).version()).isEqualTo(108);
    }
  }

  @Test
  void printedStatementsMakeTheSameDatabaseByHand() throws SQLException {
    SystemDatabases.migrate(url);
    String byHand = server.createDatabase();
    List<String> ddl = SystemSchema.ddl(new Dialect.Postgres(), "dbos");
    server.execute(byHand, String.join(";\n", ddl) + ";");
    try (Connection ours = server.connect(name);
        Connection theirs = server.connect(byHand)) {
      assertThat(new PostgresCatalog(theirs, "dbos").tables())
          .isEqualTo(new PostgresCatalog(ours, "dbos").tables());
      assertThat(new PostgresCatalog(theirs, "dbos").functions())
          .isEqualTo(new PostgresCatalog(ours, "dbos").functions());
    }
    SystemDatabases.prepare(
        server.url(byHand), "dbos", MigrationMode.VALIDATE, SystemDatabases.PATIENCE);
  }

  @Test
  void currentTablesAreFoundWithoutATransactionOrALock() throws Exception {
    SystemDatabases.migrate(url);
    try (var database = SystemDatabases.open(url)) {
      List<String> statements =
          server.statementsDuring(
              name,
              () ->
                  SystemSchema.prepare(
                      database, "dbos", MigrationMode.MIGRATE, SystemDatabases.PATIENCE));

      assertThat(statements).noneMatch(text -> text.contains("advisory"));
      assertThat(statements)
          .noneMatch(
              text ->
                  Arrays.asList("BEGIN", "COMMIT")
                      .contains(text.toUpperCase(java.util.Locale.ROOT)));
    }
  }

  @Test
  void needsNoRightToCreateSchemasWhereTheSchemaExists() throws SQLException {
    var role = server.createRole();
    server.execute(name, "CREATE SCHEMA dbos AUTHORIZATION " + role.name());

    SystemDatabases.migrate(server.url(name, role));

    try (Connection connection = server.connect(name)) {
      assertThat(new PostgresCatalog(connection, "dbos").version()).isEqualTo(108);
    }
  }
}
