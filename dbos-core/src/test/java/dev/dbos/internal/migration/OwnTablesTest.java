package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.testing.SampleDatabase;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The tables that only this library has, beside shared ones of whatever age and origin. */
class OwnTablesTest {
  private static final List<String> SORTED = OwnTables.NAMES.stream().sorted().toList();

  private final TestPostgres server = TestPostgres.shared();
  private final String name = server.createDatabase();
  private final String url = server.url(name);

  @Test
  void theyAreAddedToADatabaseOfAnotherImplementationThatIsAhead() throws SQLException {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 108);
      Statements.run(connection, List.of("UPDATE dbos.dbos_migrations SET version = 123"));
      PostgresCatalog catalog = new PostgresCatalog(connection, "dbos");
      List<String> shared = catalog.tables();
      assertThat(catalog.own()).isEmpty();

      SystemDatabases.migrate(url);

      assertThat(catalog.own()).isEqualTo(SORTED).contains("java_executor_leases", "java_duties");
      assertThat(catalog.tables()).isEqualTo(shared);
      assertThat(catalog.version()).isEqualTo(123);
    }
  }

  @Test
  void theyAreAddedToAFileOfAnotherImplementation() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Connection connection = DriverManager.getConnection(file.jdbcUrl())) {
      Samples.restore(connection, SampleDatabase.PYTHON_ON_SQLITE);

      SystemDatabases.migrate(file.url());

      assertThat(
              Statements.strings(
                  connection,
                  "SELECT name FROM sqlite_master WHERE type = 'table'"
                      + " AND name LIKE 'java\\_%' ESCAPE '\\' ORDER BY name"))
          .isEqualTo(SORTED);
    }
  }

  @Test
  void theOneThatIsMissingIsMadeAndTheOthersKeepTheirRows() throws SQLException {
    SystemDatabases.migrate(url);
    server.execute(name, "INSERT INTO dbos.java_duties VALUES ('retention', 'till-1', 7)");
    server.execute(name, "DROP TABLE dbos.java_executor_leases");

    SystemDatabases.migrate(url);

    try (Connection connection = server.connect(name)) {
      assertThat(new PostgresCatalog(connection, "dbos").own()).isEqualTo(SORTED);
      assertThat(Statements.strings(connection, "SELECT holder FROM dbos.java_duties"))
          .containsExactly("till-1");
    }
  }

  @Test
  void validationNamesTheStatementsOfThoseMissingAndAClientDoesWithout() throws SQLException {
    SystemDatabases.migrate(url);
    server.execute(name, "DROP TABLE dbos.java_duties");

    assertThatThrownBy(
            () ->
                SystemDatabases.prepare(
                    url, "dbos", MigrationMode.VALIDATE, SystemDatabases.PATIENCE))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("lacks tables that this library keeps beside the shared ones")
        .hasMessageContaining("CREATE TABLE IF NOT EXISTS \"dbos\".java_duties (")
        .hasMessageNotContaining("java_executor_leases");
    try (Database database = SystemDatabases.open(url)) {
      SystemSchema.require(database, "dbos");
    }
  }

  @Test
  void aRoleThatMayNotCreateThemLearnsWhatToGrant() throws SQLException {
    var role = server.createRole();
    SystemDatabases.migrate(url);
    server.execute(name, "DROP TABLE dbos.java_duties");
    for (String grant : grants(role.name())) {
      server.execute(name, grant);
    }

    assertThatThrownBy(() -> SystemDatabases.migrate(server.url(name, role)))
        .isInstanceOf(SchemaException.class)
        .hasMessageEndingWith(
            ". Have an owner run: GRANT CREATE ON SCHEMA \"dbos\" TO " + role.name() + ";");
  }

  @Test
  void aRoleThatMayNotTouchTheirRowsLearnsWhatToGrant() throws SQLException {
    var role = server.createRole();
    SystemDatabases.migrate(url);
    for (String grant : grants(role.name())) {
      server.execute(name, grant);
    }
    server.execute(name, "REVOKE UPDATE ON dbos.java_duties FROM " + role.name());

    assertThatThrownBy(() -> SystemDatabases.migrate(server.url(name, role)))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("may not read and write the system tables");
  }

  @Test
  void emptyingTheDatabaseEmptiesThem() throws SQLException {
    SystemDatabases.migrate(url);
    server.execute(name, "INSERT INTO dbos.java_duties VALUES ('retention', 'till-1', 7)");

    try (Database database = SystemDatabases.open(url)) {
      SystemSchema.reset(database, "dbos", SystemDatabases.PATIENCE);
    }

    try (Connection connection = server.connect(name)) {
      assertThat(Statements.number(connection, "SELECT count(*) FROM dbos.java_duties")).isZero();
    }
  }

  private List<String> grants(String role) {
    return SystemSchema.grants(new Dialect.Postgres(), "dbos", role);
  }
}
