package dev.dbos.internal.migration;

import static dev.dbos.internal.migration.SystemDatabases.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SchemaException;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How a start meets a database that is empty, behind, busy or closed to it. */
class SystemSchemaStartTest {
  private static final Duration IMPATIENCE = Duration.ofMillis(200);

  private final TestPostgres server = TestPostgres.shared();
  private final String name = server.createDatabase();
  private final String url = server.url(name);

  @Test
  void eightStartersMakeOnePostgresSchema() throws Exception {
    startEightTimes(url);

    try (Connection connection = server.connect(name)) {
      assertThat(Statements.strings(connection, "SELECT version FROM dbos.dbos_migrations"))
          .containsExactly("108");
    }
  }

  @Test
  void eightStartersMakeOneSqliteSchema() throws Exception {
    try (TempSqlite file = TempSqlite.create()) {
      startEightTimes(file.url());

      try (Connection connection = java.sql.DriverManager.getConnection(file.jdbcUrl())) {
        assertThat(Statements.strings(connection, "SELECT version FROM dbos_migrations"))
            .containsExactly("108");
      }
    }
  }

  @Test
  void eightStartersUpgradeOnce() throws Exception {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 41);
      SystemDatabases.addJavaFunctions(connection);
      startEightTimes(url);
      assertThat(new PostgresCatalog(connection, "dbos").version()).isEqualTo(108);
    }
  }

  @Test
  void validationNamesWhatIsMissing() {
    assertThatThrownBy(() -> start(MigrationMode.VALIDATE))
        .isInstanceOf(SchemaException.class)
        .hasMessage(
            "The system database has no system tables, but this version of dbos requires"
                + " version 108. Start once with MigrationMode.MIGRATE and a role that may change"
                + " the schema, or have the printed DDL of this version applied.");
  }

  @Test
  void validationNamesTheVersionFound() throws SQLException {
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 107);
    }
    assertThatThrownBy(() -> start(MigrationMode.VALIDATE))
        .isInstanceOf(SchemaException.class)
        .hasMessage(
            "The system database is at schema version 107, but this version of dbos requires"
                + " version 108. Start once with MigrationMode.MIGRATE and a role that may change"
                + " the schema.");
  }

  @Test
  void validationAcceptsACurrentSchemaAndChangesNothing() throws SQLException {
    SystemDatabases.migrate(url);
    start(MigrationMode.VALIDATE);
    server.execute(name, "UPDATE dbos.dbos_migrations SET version = 123");
    start(MigrationMode.VALIDATE);
  }

  @Test
  void withoutMigrationsNothingIsLookedAt() throws SQLException {
    start(MigrationMode.NONE);
    try (Connection connection = server.connect(name)) {
      assertThat(Statements.exists(connection, "SELECT 1 WHERE to_regnamespace('dbos') IS NULL"))
          .isTrue();
    }
  }

  @Test
  void whoHoldsTheMigrationLockIsNamed() throws SQLException {
    try (Connection holder = server.connect(name, "python worker")) {
      String pid = Statements.strings(holder, "SELECT pg_backend_pid()").getFirst();
      Statements.strings(holder, "SELECT pg_advisory_lock(1234567890)");

      assertThatThrownBy(
              () -> SystemDatabases.prepare(url, "dbos", MigrationMode.MIGRATE, IMPATIENCE))
          .isInstanceOf(SchemaException.class)
          .hasMessage(
              "The system database could not be migrated within 200 ms. Session "
                  + pid
                  + " (application \"python worker\", user \"postgres\", idle) holds the migration"
                  + " lock; wait for it to finish, or end it with SELECT pg_terminate_backend("
                  + pid
                  + ").");
    }
    start(MigrationMode.MIGRATE);
  }

  @Test
  void aTableInUseIsWaitedForAndNotForever() throws SQLException {
    try (Connection connection = server.connect(name);
        Connection reader = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 107);
      reader.setAutoCommit(false);
      Statements.strings(reader, "SELECT name FROM dbos.queues");

      assertThatThrownBy(
              () -> SystemDatabases.prepare(url, "dbos", MigrationMode.MIGRATE, IMPATIENCE))
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("could not be migrated within 200 ms.")
          .hasMessageContaining("Transactions of running applications hold locks on its tables");
      reader.rollback();
      start(MigrationMode.MIGRATE);
    }
  }

  @Test
  void theMigrationLockIsReleased() throws SQLException {
    start(MigrationMode.MIGRATE);
    try (Connection connection = server.connect(name)) {
      assertThat(
              Statements.strings(
                  connection,
                  "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
                      + " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"))
          .isEmpty();
    }
  }

  @Test
  void aRoleThatMayNotCreateTheSchemaLearnsWhatToGrant() {
    var role = server.createRole();
    String grant = "GRANT CREATE ON DATABASE " + name + " TO " + role.name();

    assertThatThrownBy(() -> SystemDatabases.migrate(server.url(name, role)))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("permission denied")
        .hasMessageEndingWith(". Have an owner run: " + grant + ";");
    server.execute(name, grant);
    SystemDatabases.migrate(server.url(name, role));
  }

  @Test
  void aRoleThatMayNotCreateTablesLearnsWhatToGrant() {
    var role = server.createRole();
    server.execute(name, "CREATE SCHEMA dbos");
    String grant = "GRANT USAGE, CREATE ON SCHEMA \"dbos\" TO " + role.name();

    assertThatThrownBy(() -> SystemDatabases.migrate(server.url(name, role)))
        .isInstanceOf(SchemaException.class)
        .hasMessageEndingWith(". Have an owner run: " + grant + ";");
    server.execute(name, grant);
    SystemDatabases.migrate(server.url(name, role));
  }

  @Test
  void aRoleThatMayNotReadTheVersionLearnsWhatToGrant() {
    var role = server.createRole();
    SystemDatabases.migrate(url);
    List<String> grants =
        List.of(
            "GRANT USAGE ON SCHEMA \"dbos\" TO " + role.name(),
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"dbos\" TO "
                + role.name());
    for (String grant : grants) {
      assertThatThrownBy(() -> SystemDatabases.migrate(server.url(name, role)))
          .isInstanceOf(SchemaException.class)
          .hasMessageEndingWith(". Have an owner run: " + grant + ";");
      server.execute(name, grant);
    }
    SystemDatabases.migrate(server.url(name, role));
  }

  @Test
  void aRoleThatOwnsNoTablesLearnsWhoseMemberToBecome() throws SQLException {
    var role = server.createRole();
    try (Connection connection = server.connect(name)) {
      SystemDatabases.restorePostgres(connection, 107);
    }
    server.execute(name, "GRANT USAGE, CREATE ON SCHEMA dbos TO " + role.name());
    server.execute(name, "GRANT SELECT ON ALL TABLES IN SCHEMA dbos TO " + role.name());

    assertThatThrownBy(() -> SystemDatabases.migrate(server.url(name, role)))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("must be owner of table queues")
        .hasMessageEndingWith(": GRANT postgres TO " + role.name() + ";");
  }

  @Test
  void aNameThatPostgresWouldCutOffIsRefused() {
    assertThatThrownBy(() -> SystemDatabases.migrate(url, "d".repeat(64)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("cannot name a schema: PostgreSQL takes 1 to 63 bytes");
  }

  private void start(MigrationMode mode) {
    SystemDatabases.prepare(url, "dbos", mode, PATIENCE);
  }

  private static void startEightTimes(String url) throws Exception {
    CountDownLatch ready = new CountDownLatch(8);
    try (ExecutorService starters = Executors.newFixedThreadPool(8)) {
      List<Future<?>> started = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        started.add(
            starters.submit(
                () -> {
                  try (var database = SystemDatabases.open(url)) {
                    ready.countDown();
                    ready.await();
                    SystemSchema.prepare(database, "dbos", MigrationMode.MIGRATE, PATIENCE);
                  }
                  return null;
                }));
      }
      for (Future<?> start : started) {
        start.get();
      }
    }
  }
}
