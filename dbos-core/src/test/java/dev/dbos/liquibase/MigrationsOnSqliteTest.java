package dev.dbos.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SchemaException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class MigrationsOnSqliteTest extends MigrationContract {

  @Override
  String jdbcUrl() {
    return "jdbc:sqlite:" + file() + "?journal_mode=WAL&foreign_keys=on&busy_timeout=10000";
  }

  private Path file() {
    return directory.resolve("shop.sqlite");
  }

  @Override
  Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl());
  }

  @Override
  String refuseToRecord(String id) {
    return "CREATE TRIGGER refuse BEFORE INSERT ON databasechangelog WHEN NEW.id = '"
        + id
        + "' BEGIN SELECT RAISE(ABORT, 'refused'); END";
  }

  @Override
  String recordAgain() {
    return "DROP TRIGGER refuse";
  }

  @Override
  String lockedValue() {
    return "1";
  }

  @Override
  List<String> settings(Connection connection) throws SQLException {
    return Stream.of("foreign_keys", "journal_mode", "busy_timeout", "synchronous")
        .map(pragma -> pragma(connection, pragma))
        .toList();
  }

  private static String pragma(Connection connection, String pragma) {
    try {
      return query(connection, "PRAGMA " + pragma).getFirst();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void removesItsLockFile() throws Exception {
    migrate(SHOP);

    try (Stream<Path> files = Files.list(directory)) {
      assertThat(files).noneMatch(each -> each.toString().endsWith(".migrate.lock"));
    }
  }

  @Test
  void processesNeverShareTheLockFileWhileItIsRemovedAndMadeAfresh() throws Exception {
    List<Process> contenders = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      contenders.add(
          ChildJvm.start(
              System.getProperty("java.class.path"), GuardContender.class, file().toString()));
    }

    for (Process each : contenders) {
      assertThat(ChildJvm.output(each)).contains("never shared");
    }
  }

  @Test
  void saysThatTheDirectoryMustBeWritable() throws Exception {
    Files.createDirectory(directory.resolve("shop.sqlite.migrate.lock"));

    assertThatThrownBy(() -> migrate(SHOP))
        .isInstanceOf(SchemaException.class)
        .hasMessageContaining("shop.sqlite.migrate.lock")
        .hasMessageContaining("make its directory writable");
    Files.delete(directory.resolve("shop.sqlite.migrate.lock"));
  }

  @Test
  void usesTheLockFileThatAKilledProcessLeft() throws Exception {
    Files.createFile(directory.resolve("shop.sqlite.migrate.lock"));

    migrate(SHOP);

    assertThat(query("SELECT sku FROM stock")).containsExactly("tea");
  }

  @Test
  void migratesAFreshFileUnderTheNameOfADeletedOne() throws Exception {
    migrate(SHOP);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path each : files.toList()) {
        Files.delete(each);
      }
    }

    migrate(SHOP);

    assertThat(query("SELECT sku FROM stock")).containsExactly("tea");
  }

  @Test
  void migratesADatabaseInMemory() throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite::memory:")) {
      SHOP.apply(connection);

      assertThat(query(connection, "SELECT sku FROM stock")).containsExactly("tea");
    }
  }

  @Test
  void givesUpOnAnotherProcessAfterTheLockTimeout() throws Exception {
    SqliteGuard other = new SqliteGuard(file());
    assertThat(other.tryAcquire()).isTrue();
    try {
      assertThatThrownBy(() -> migrate(SHOP.withLockTimeout(Duration.ofMillis(50))))
          .isInstanceOf(SchemaException.class)
          .hasMessage(
              "Another process has been migrating the application database for longer than PT0.05S."
                  + " Look at what it does; a longer wait can be set by"
                  + " LiquibaseMigrations.withLockTimeout.");
    } finally {
      other.release();
    }
    migrate(SHOP);
  }

  @Test
  void triesAgainWhenAnotherWriterGetsInTheWay() throws Exception {
    migrate(SHOP.withContexts("prod"));
    String impatient = jdbcUrl().replace("10000", "1");
    Thread migration;
    try (Connection writer = connect();
        Statement statement = writer.createStatement()) {
      statement.execute("BEGIN IMMEDIATE");
      migration =
          Thread.ofPlatform()
              .start(
                  () -> {
                    try (Connection connection = DriverManager.getConnection(impatient)) {
                      SHOP.apply(connection);
                    } catch (SQLException e) {
                      throw new AssertionError(e);
                    }
                  });
      assertThat(migration.join(Duration.ofMillis(400))).isFalse();
      statement.execute("COMMIT");
    }
    migration.join();

    assertThat(query("SELECT sku FROM stock")).containsExactly("tea");
  }

  @Test
  void refusesAConnectionWithAutoCommitOff() throws Exception {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);

      assertThatThrownBy(() -> SHOP.apply(connection))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("auto-commit off");
      connection.setAutoCommit(true);
    }
  }
}
