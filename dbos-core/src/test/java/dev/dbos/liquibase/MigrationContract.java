package dev.dbos.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.SchemaException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What migrating promises on every database. */
abstract class MigrationContract {

  static final LiquibaseMigrations SHOP = LiquibaseMigrations.fromClasspath("shop/changelog.yaml");

  @TempDir Path directory;

  /** The URL of a database that is empty when the test begins. */
  abstract String jdbcUrl() throws SQLException;

  /** Opens a connection to it. */
  abstract Connection connect() throws SQLException;

  @AfterEach
  void leavesNoLockBehind() throws Exception {
    try (Connection connection = connect()) {
      assertThat(MigrationGuard.of(connection).tryAcquire()).isTrue();
    }
  }

  @Test
  void appliesWhatIsMissing() throws Exception {
    migrate(SHOP);

    execute(
        "INSERT INTO stock VALUES ('coffee', 3)",
        "INSERT INTO orders (id, sku) VALUES ('1', 'coffee')");
    assertThat(query("SELECT id FROM databasechangelog ORDER BY orderexecuted"))
        .containsExactly("stock", "orders", "demo stock");
  }

  @Test
  void appliesNothingTwice() throws Exception {
    migrate(SHOP);
    execute("UPDATE stock SET amount = 5 WHERE sku = 'tea'");

    migrate(SHOP);

    assertThat(query("SELECT amount FROM stock")).containsExactly("5");
    assertThat(query("SELECT count(*) FROM databasechangelog")).containsExactly("3");
  }

  @Test
  void leavesOutOtherContexts() throws Exception {
    migrate(SHOP.withContexts("prod"));

    assertThat(query("SELECT id FROM databasechangelog ORDER BY orderexecuted"))
        .containsExactly("stock", "orders");

    migrate(SHOP.withContexts("prod", "demo"));

    assertThat(query("SELECT sku FROM stock")).containsExactly("tea");
  }

  @Test
  void leavesOutOtherLabels() throws Exception {
    LiquibaseMigrations labelled =
        changelog(
            """
            --changeset anna:stock labels:core
            CREATE TABLE stock (sku varchar(20));
            --changeset anna:audit labels:audit
            CREATE TABLE audit (line varchar(20));
            """);

    migrate(labelled.withLabels("core", "reports"));

    assertThat(query("SELECT id FROM databasechangelog")).containsExactly("stock");
  }

  @Test
  void givesTheConnectionBackAsItWas() throws Exception {
    try (Connection connection = connect()) {
      List<String> before = settings(connection);

      SHOP.apply(connection);

      assertThat(connection.isClosed()).isFalse();
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(settings(connection)).isEqualTo(before);
    }
  }

  @Test
  void givesTheConnectionBackAsItWasAfterAFailure() throws Exception {
    try (Connection connection = connect()) {
      List<String> before = settings(connection);
      LiquibaseMigrations broken = brokenSecondChangeset();

      assertThatThrownBy(() -> broken.apply(connection)).isInstanceOf(SchemaException.class);

      assertThat(connection.isClosed()).isFalse();
      assertThat(connection.getAutoCommit()).isTrue();
      assertThat(settings(connection)).isEqualTo(before);
      assertThat(query(connection, "SELECT id FROM databasechangelog")).containsExactly("stock");
    }
  }

  @Test
  void namesTheChangesetThatFailedAndRollsItBackWhole() throws Exception {
    assertThatThrownBy(() -> migrate(brokenSecondChangeset()))
        .isInstanceOf(SchemaException.class)
        .hasMessageStartingWith("Changeset prices by ben in changelog.sql failed: ")
        .hasMessageContaining("no_such_table")
        .hasMessageEndingWith(
            "It was rolled back; the changesets before it stay applied. Correct it and start again.")
        .hasMessageNotContaining("s3cret")
        .hasCauseInstanceOf(SQLException.class)
        .hasStackTraceContaining("no_such_table")
        .satisfies(
            thrown ->
                assertThat(((SchemaException) thrown).datasource())
                    .isEqualTo("application database"));

    assertThat(query("SELECT id FROM databasechangelog")).containsExactly("stock");
    migrate(
        changelog(
            """
            --changeset anna:stock
            CREATE TABLE stock (sku varchar(20));
            --changeset ben:prices
            CREATE TABLE prices (sku varchar(20));
            """));
  }

  @Test
  void neverShowsTheStatementThatFailed() {
    assertThatThrownBy(() -> migrate(brokenSecondChangeset()))
        .satisfies(
            thrown -> {
              for (Throwable each = thrown; each != null; each = each.getCause()) {
                assertThat(each.getMessage()).doesNotContain("s3cret");
              }
            });
  }

  @Test
  void tellsWhatToDoAboutAnEditedChangeset() throws Exception {
    migrate(changelog("--changeset anna:stock\nCREATE TABLE stock (sku varchar(20));\n"));

    assertThatThrownBy(
            () ->
                migrate(
                    changelog("--changeset anna:stock\nCREATE TABLE stock (sku varchar(30));\n")))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("changelog.sql::stock::anna was: 9:")
        .hasMessageContaining(
            "Put them back as they were and add the difference as a new changeset")
        .hasMessageContaining("validCheckSum");
  }

  @Test
  void releasesTheLockOfAProcessThatWasKilled() throws Exception {
    migrate(SHOP.withContexts("prod"));
    execute(
        "UPDATE databasechangeloglock SET locked = "
            + lockedValue()
            + ", lockgranted = CURRENT_TIMESTAMP, lockedby = 'killed-host (10.0.0.7)'");

    migrate(SHOP);

    assertThat(query("SELECT sku FROM stock")).containsExactly("tea");
    assertThat(query("SELECT lockedby FROM databasechangeloglock")).containsOnlyNulls();
  }

  @Test
  void aChangesetAndItsRecordCommitTogether() throws Exception {
    migrate(changelog("--changeset anna:stock\nCREATE TABLE stock (sku varchar(20));\n"));
    LiquibaseMigrations longer =
        changelog(
            """
            --changeset anna:stock
            CREATE TABLE stock (sku varchar(20));
            --changeset ben:prices
            CREATE TABLE prices (sku varchar(20));
            """);
    execute(refuseToRecord("prices"));
    assertThatThrownBy(() -> migrate(longer)).isInstanceOf(SchemaException.class);

    execute(recordAgain());
    migrate(longer);

    assertThat(query("SELECT id FROM databasechangelog ORDER BY orderexecuted"))
        .containsExactly("stock", "prices");
  }

  @Test
  void aProcessKilledInAChangesetLeavesNothingOfIt() throws Exception {
    Process killed =
        ChildJvm.start(
            System.getProperty("java.class.path"),
            MigratingProgram.class,
            jdbcUrl(),
            "shop/power-cut.yaml",
            "power cut");
    ChildJvm.awaitKilled(killed);
    assertThat(query("SELECT id FROM databasechangelog")).containsExactly("stock");

    migrate(LiquibaseMigrations.fromClasspath("shop/power-cut.yaml"));

    assertThat(query("SELECT id FROM databasechangelog ORDER BY orderexecuted"))
        .containsExactly("stock", "prices");
  }

  @Test
  void fourThreadsStartAtOnceOnAnEmptyDatabase() throws Exception {
    makeFile();
    CountDownLatch ready = new CountDownLatch(4);
    Callable<Boolean> start =
        () -> {
          try (Connection connection = connect()) {
            ready.countDown();
            ready.await();
            SHOP.apply(connection);
          }
          return true;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Boolean>> started = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        started.add(threads.submit(start));
      }
      for (Future<Boolean> each : started) {
        assertThat(each.get(60, TimeUnit.SECONDS)).isTrue();
      }
    }

    assertThat(query("SELECT count(*) FROM databasechangelog")).containsExactly("3");
  }

  @Test
  void threeProcessesStartAtOnceOnAnEmptyDatabase() throws Exception {
    makeFile();
    List<Process> processes = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      processes.add(
          ChildJvm.start(
              System.getProperty("java.class.path"),
              MigratingProgram.class,
              jdbcUrl(),
              "shop/changelog.yaml"));
    }

    for (Process process : processes) {
      assertThat(ChildJvm.output(process)).contains("migrated");
    }
    assertThat(query("SELECT count(*) FROM databasechangelog")).containsExactly("3");
    assertThat(query("SELECT count(*) FROM stock")).containsExactly("1");
  }

  /** SQLite lets nobody wait while two make the log of a file at the same moment. */
  private void makeFile() throws SQLException {
    connect().close();
  }

  final void migrate(LiquibaseMigrations migrations) throws SQLException {
    try (Connection connection = connect()) {
      migrations.apply(connection);
    }
  }

  final LiquibaseMigrations changelog(String changesets) throws IOException {
    Path file = directory.resolve("changelog.sql");
    Files.writeString(file, "--liquibase formatted sql\n" + changesets);
    return LiquibaseMigrations.fromPath(file);
  }

  final LiquibaseMigrations brokenSecondChangeset() throws IOException {
    return changelog(
        """
        --changeset anna:stock
        CREATE TABLE stock (sku varchar(20));
        --changeset ben:prices
        CREATE TABLE prices (sku varchar(20));
        INSERT INTO no_such_table VALUES ('s3cret');
        """);
  }

  final void execute(String... statements) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      for (String sql : statements) {
        statement.executeUpdate(sql);
      }
    }
  }

  final List<String> query(String sql) throws SQLException {
    try (Connection connection = connect()) {
      return query(connection, sql);
    }
  }

  static List<String> query(Connection connection, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }

  /** The statement after which no record of changeset {@code id} can be inserted. */
  abstract String refuseToRecord(String id);

  /** The statement that undoes {@link #refuseToRecord}. */
  abstract String recordAgain();

  /** How the database writes true into {@code LOCKED}. */
  abstract String lockedValue();

  /** Settings of the session that a migration has to leave alone. */
  abstract List<String> settings(Connection connection) throws SQLException;
}
