package dev.dbos.internal.sql;

import static dev.dbos.internal.sql.SqlFixture.execute;
import static dev.dbos.internal.sql.SqlFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Errors as the databases really raise them. */
@Timeout(300)
class SqlFailureTest {
  private static final String STOCK =
      "CREATE TABLE stock (sku varchar(20) PRIMARY KEY, pieces int NOT NULL, shelf int UNIQUE,"
          + " CHECK (pieces >= 0))";
  private static final TestPostgres SERVER = TestPostgres.shared();

  private static SqlFailure of(ThrowingCallable statement) {
    Throwable failure = catchThrowable(statement);
    assertThat(failure).isInstanceOf(SQLException.class);
    SqlFailure kind = SqlFailure.of(failure);
    assertThat(SqlFailure.of(new IllegalStateException("wrapped", failure))).isEqualTo(kind);
    return kind;
  }

  private static void assertConstraints(Connection connection) throws SQLException {
    execute(connection, STOCK);
    execute(connection, "INSERT INTO stock VALUES ('tea', 1, 1)");
    assertThat(of(() -> execute(connection, "INSERT INTO stock VALUES ('tea', 2, 2)")))
        .isEqualTo(SqlFailure.UNIQUE_VIOLATION);
    assertThat(of(() -> execute(connection, "INSERT INTO stock VALUES ('mug', 2, 1)")))
        .isEqualTo(SqlFailure.UNIQUE_VIOLATION);
    assertThat(of(() -> execute(connection, "INSERT INTO stock VALUES ('mug', NULL, 2)")))
        .isEqualTo(SqlFailure.NOT_NULL_VIOLATION);
    assertThat(of(() -> execute(connection, "INSERT INTO stock VALUES ('mug', -1, 2)")))
        .isEqualTo(SqlFailure.OTHER);
    assertThat(of(() -> execute(connection, "SELEC 1"))).isEqualTo(SqlFailure.OTHER);
  }

  @Test
  void violatedConstraintsOnPostgres() throws SQLException {
    try (Connection connection = SERVER.connect(SERVER.createDatabase())) {
      assertConstraints(connection);
      assertThat(of(() -> execute(connection, STOCK))).isEqualTo(SqlFailure.ALREADY_EXISTS);
    }
  }

  @Test
  void violatedConstraintsOnSqlite() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Connection connection = DriverManager.getConnection(file.jdbcUrl())) {
      assertConstraints(connection);
    }
  }

  @Test
  void aSerializationFailureAndWhatFollowsItInTheTransaction() throws SQLException {
    String database = SERVER.createDatabase();
    try (Connection one = SERVER.connect(database);
        Connection other = SERVER.connect(database)) {
      execute(one, STOCK);
      execute(one, "INSERT INTO stock VALUES ('tea', 9, 1)");
      for (Connection connection : new Connection[] {one, other}) {
        execute(connection, "BEGIN ISOLATION LEVEL SERIALIZABLE");
        assertThat(value(connection, "SELECT pieces FROM stock")).isEqualTo("9");
      }
      execute(one, "UPDATE stock SET pieces = 8");
      execute(one, "COMMIT");

      SqlFailure kind = of(() -> execute(other, "UPDATE stock SET pieces = 7"));
      assertThat(kind).isEqualTo(SqlFailure.CONFLICT);
      assertThat(kind.isRetryable()).isTrue();
      assertThat(of(() -> value(other, "SELECT 1")))
          .isIn(SqlFailure.TRANSACTION_ABORTED, SqlFailure.CONFLICT);
    }
  }

  @Test
  void aStatementAfterAnOrdinaryErrorMeetsAnAbortedTransaction() throws SQLException {
    try (Connection connection = SERVER.connect(SERVER.createDatabase())) {
      execute(connection, "BEGIN");
      assertThat(of(() -> execute(connection, "SELECT 1/0"))).isEqualTo(SqlFailure.OTHER);
      SqlFailure kind = of(() -> execute(connection, "SELECT 1"));
      assertThat(kind).isEqualTo(SqlFailure.TRANSACTION_ABORTED);
      assertThat(kind.isRetryable()).isFalse();
    }
  }

  @Test
  void aDeadlock() throws Exception {
    String database = SERVER.createDatabase();
    try (Connection one = SERVER.connect(database);
        Connection other = SERVER.connect(database)) {
      execute(one, STOCK);
      execute(one, "INSERT INTO stock VALUES ('tea', 9, 1), ('mug', 9, 2)");
      execute(one, "BEGIN");
      execute(other, "BEGIN");
      execute(one, "UPDATE stock SET pieces = 8 WHERE sku = 'tea'");
      execute(other, "UPDATE stock SET pieces = 8 WHERE sku = 'mug'");
      AtomicReference<@Nullable Throwable> first = new AtomicReference<>();
      Thread waiting =
          Thread.ofPlatform()
              .start(
                  () ->
                      first.set(
                          catchThrowable(
                              () -> {
                                execute(one, "UPDATE stock SET pieces = 7 WHERE sku = 'mug'");
                                execute(one, "COMMIT");
                              })));
      Throwable second =
          catchThrowable(
              () -> {
                execute(other, "UPDATE stock SET pieces = 7 WHERE sku = 'tea'");
                execute(other, "COMMIT");
              });
      waiting.join();

      Throwable victim = first.get() == null ? second : first.get();
      assertThat(SqlFailure.of(victim)).isEqualTo(SqlFailure.CONFLICT);
    }
  }

  @Test
  void timeoutsOfStatementsAndLocks() throws SQLException {
    String database = SERVER.createDatabase();
    try (Connection impatient = SERVER.connect(database);
        Connection one = SERVER.connect(database);
        Connection other = SERVER.connect(database)) {
      execute(impatient, "SET statement_timeout = 20");
      assertThat(of(() -> execute(impatient, "SELECT pg_sleep(10)")))
          .isEqualTo(SqlFailure.STATEMENT_TIMEOUT);
      execute(one, STOCK);
      execute(one, "BEGIN");
      execute(one, "LOCK TABLE stock");
      execute(other, "SET lock_timeout = 20");
      assertThat(of(() -> execute(other, "SELECT * FROM stock"))).isEqualTo(SqlFailure.CONFLICT);
    }
  }

  @Test
  void aConnectionThatTheServerEnded() throws SQLException {
    String database = SERVER.createDatabase();
    try (Connection connection = SERVER.connect(database, "till")) {
      SERVER.terminateBackends(database, "till");
      SqlFailure kind = of(() -> execute(connection, "SELECT 1"));
      assertThat(kind).isEqualTo(SqlFailure.CONNECTION_LOST);
      assertThat(kind.isRetryable()).isTrue();
      assertThat(of(() -> execute(connection, "SELECT 1"))).isEqualTo(SqlFailure.CONNECTION_LOST);
    }
  }

  @Test
  void rightsLogInsAndDatabasesThatAreMissing() throws SQLException {
    String database = SERVER.createDatabase();
    String jdbcUrl = "jdbc:postgresql://localhost:" + SERVER.port() + "/";
    try (Connection connection = SERVER.connect(database)) {
      execute(connection, "CREATE TABLE secret (x int); CREATE ROLE nobody_" + database);
      execute(connection, "SET ROLE nobody_" + database);
      assertThat(of(() -> execute(connection, "SELECT * FROM secret")))
          .isEqualTo(SqlFailure.INSUFFICIENT_PRIVILEGE);
    }
    assertThat(of(() -> DriverManager.getConnection(jdbcUrl + database, "postgres", "guess")))
        .isEqualTo(SqlFailure.LOGIN_REFUSED);
    assertThat(of(() -> DriverManager.getConnection(jdbcUrl + "void", "postgres", "postgres")))
        .isEqualTo(SqlFailure.NO_SUCH_DATABASE);
    Properties nowhere = new Properties();
    nowhere.setProperty("connectTimeout", "2");
    assertThat(of(() -> DriverManager.getConnection("jdbc:postgresql://localhost:1/x", nowhere)))
        .isEqualTo(SqlFailure.CONNECTION_LOST);
  }

  @Test
  void aBusySqliteFile() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Connection one = DriverManager.getConnection(file.jdbcUrl());
        Connection other = DriverManager.getConnection(file.jdbcUrl())) {
      execute(one, "PRAGMA journal_mode = WAL");
      execute(one, STOCK);
      execute(one, "BEGIN IMMEDIATE");
      execute(other, "PRAGMA busy_timeout = 0");
      assertThat(of(() -> execute(other, "BEGIN IMMEDIATE"))).isEqualTo(SqlFailure.CONFLICT);

      execute(other, "BEGIN");
      assertThat(value(other, "SELECT count(*) FROM stock")).isEqualTo("0");
      execute(one, "INSERT INTO stock VALUES ('tea', 1, 1)");
      execute(one, "COMMIT");
      assertThat(of(() -> execute(other, "INSERT INTO stock VALUES ('mug', 1, 2)")))
          .as("a reader whose snapshot is too old to write")
          .isEqualTo(SqlFailure.CONFLICT);
    }
  }

  @Test
  void whatIsNotAnSqlErrorIsNone() {
    assertThat(SqlFailure.of(new IOException("disk"))).isEqualTo(SqlFailure.NONE);
    assertThat(SqlFailure.of(null)).isEqualTo(SqlFailure.NONE);
  }
}
