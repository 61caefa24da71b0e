package dev.dbos.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.BatchUpdateException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLIntegrityConstraintViolationException;
import java.sql.SQLSyntaxErrorException;
import java.sql.SQLTimeoutException;
import java.sql.SQLTransactionRollbackException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.stream.Stream;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.IntegrityConstraintViolationException;
import org.jooq.exception.NoDataFoundException;
import org.jooq.exception.SQLStateClass;
import org.jooq.exception.TooManyRowsException;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;
import org.sqlite.SQLiteException;

class SqlErrorCodecTest {

  private final ErrorCodec codec = new ErrorCodec(Trust.jdkOnly());
  private final Connection sqlite;

  SqlErrorCodecTest() throws SQLException {
    this.sqlite = DriverManager.getConnection("jdbc:sqlite::memory:");
  }

  @BeforeEach
  void stock() throws SQLException {
    try (Statement statement = sqlite.createStatement()) {
      statement.execute(
          "CREATE TABLE stock (sku TEXT PRIMARY KEY NOT NULL, left INTEGER CHECK (left >= 0))");
      statement.execute("INSERT INTO stock VALUES ('tea', 1)");
    }
  }

  @AfterEach
  void close() throws SQLException {
    sqlite.close();
  }

  static Stream<SQLException> standardExceptions() {
    BatchUpdateException batch =
        new BatchUpdateException("batch", "23505", 7, new int[] {1, -3}, null);
    batch.setNextException(new SQLIntegrityConstraintViolationException("duplicate", "23505", 7));
    return Stream.of(
        new SQLException("plain", "XX000", 99, new IllegalStateException("cause")),
        new SQLException("no state"),
        new SQLException(),
        new SQLTimeoutException("late", "57014", 1),
        new SQLSyntaxErrorException("typo", "42601", 2),
        new SQLTransientConnectionException("gone", "08006", 3),
        new SQLWarning("careful", "01000", 4),
        batch);
  }

  @ParameterizedTest
  @MethodSource("standardExceptions")
  void exceptionsOfJavaSqlKeepStateAndCode(SQLException error) {
    assertThat(codec.settle(error)).isSameAs(error);
    assertThat(codec.decode(codec.encode(error)))
        .hasSameClassAs(error)
        .satisfies(rebuilt -> assertSame((SQLException) rebuilt, error));
  }

  @Test
  void theNextExceptionOfABatchIsKept() {
    BatchUpdateException batch = new BatchUpdateException("batch", "23505", 7, new int[] {1}, null);
    batch.setNextException(new SQLIntegrityConstraintViolationException("duplicate", "23505", 7));

    BatchUpdateException rebuilt = (BatchUpdateException) codec.decode(codec.encode(batch));

    assertThat(rebuilt.getUpdateCounts()).containsExactly(1);
    assertThat((Throwable) rebuilt.getNextException())
        .isExactlyInstanceOf(SQLIntegrityConstraintViolationException.class)
        .hasMessage("duplicate");
  }

  @ParameterizedTest
  @CsvSource({
    "23505, java.sql.SQLIntegrityConstraintViolationException",
    "23502, java.sql.SQLIntegrityConstraintViolationException",
    "57014, java.sql.SQLTimeoutException",
    "40001, java.sql.SQLTransactionRollbackException",
    "40P01, java.sql.SQLTransactionRollbackException",
    "42601, java.sql.SQLException",
    "XX000, java.sql.SQLException"
  })
  void anExceptionOfPostgresBecomesTheStandardOneForItsState(String state, Class<?> type) {
    PSQLException error =
        new PSQLException(new ServerErrorMessage("SERROR\0C" + state + "\0Mno luck\0"));

    SQLException settled = (SQLException) codec.settle(error);

    assertThat((Throwable) settled).isExactlyInstanceOf(type);
    assertSame(settled, error);
    assertThat(settled.getSQLState()).isEqualTo(state);
    assertReplay(error, settled);
  }

  @Test
  void anExceptionOfPostgresWithoutAServerIsKeptAsFarAsPossible() {
    PSQLException error =
        new PSQLException(
            "connection refused",
            PSQLState.CONNECTION_UNABLE_TO_CONNECT,
            new java.io.IOException("down"));

    Throwable settled = codec.settle(error);

    assertThat(settled)
        .isExactlyInstanceOf(SQLException.class)
        .hasMessage("connection refused")
        .hasCauseExactlyInstanceOf(java.io.IOException.class);
    assertReplay(error, settled);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "INSERT INTO stock VALUES ('tea', 1)|java.sql.SQLIntegrityConstraintViolationException",
        "INSERT INTO stock VALUES (NULL, 1)|java.sql.SQLIntegrityConstraintViolationException",
        "UPDATE stock SET left = -1|java.sql.SQLIntegrityConstraintViolationException",
        "SELECT nothing FROM nowhere|java.sql.SQLException"
      })
  void anExceptionOfSqliteBecomesTheStandardOneForItsCode(String sql, Class<?> type)
      throws SQLException {
    try (Statement statement = sqlite.createStatement()) {
      SQLException error = catchThrowableOfType(SQLException.class, () -> statement.execute(sql));
      assertThat((Throwable) error).isInstanceOf(SQLiteException.class);

      SQLException settled = (SQLException) codec.settle(error);

      assertThat((Throwable) settled).isExactlyInstanceOf(type);
      assertSame(settled, error);
      assertReplay(error, settled);
    }
  }

  @Test
  void aConstraintViolationThroughJooqKeepsItsClassAndGetsAStandardCause() {
    var dsl = DSL.using(sqlite, SQLDialect.SQLITE);
    DataAccessException error =
        catchThrowableOfType(
            DataAccessException.class, () -> dsl.execute("INSERT INTO stock VALUES ('tea', 1)"));
    assertThat(error).isInstanceOf(IntegrityConstraintViolationException.class);

    Throwable settled = codec.settle(error);

    assertThat(settled)
        .isExactlyInstanceOf(IntegrityConstraintViolationException.class)
        .hasMessage(error.getMessage())
        .hasCauseExactlyInstanceOf(SQLIntegrityConstraintViolationException.class);
    assertThat(((DataAccessException) settled).sqlStateClass()).isEqualTo(error.sqlStateClass());
    assertReplay(error, settled);
  }

  @Test
  void exceptionsOfJooqAreRebuilt() {
    DataAccessException classified =
        new DataAccessException("classified").sqlStateClass(SQLStateClass.C40_TRANSACTION_ROLLBACK);
    for (DataAccessException error :
        new DataAccessException[] {
          classified,
          new DataAccessException("SQL [select 1]; no luck", new SQLException("no luck", "XX000")),
          new IntegrityConstraintViolationException(
              "taken", new SQLIntegrityConstraintViolationException("taken", "23505"))
        }) {
      assertThat(codec.settle(error)).isSameAs(error);
      DataAccessException rebuilt = (DataAccessException) codec.decode(codec.encode(error));
      assertThat(rebuilt).hasSameClassAs(error).hasMessage(error.getMessage());
      assertThat(rebuilt.sqlState()).isEqualTo(error.sqlState());
      assertThat(rebuilt.sqlStateClass()).isEqualTo(error.sqlStateClass());
    }
    assertThat(codec.settle(new TooManyRowsException("two")))
        .isInstanceOf(TooManyRowsException.class);
    assertThat(codec.decode(codec.encode(new NoDataFoundException("none"))))
        .isExactlyInstanceOf(NoDataFoundException.class)
        .hasMessage("none");
  }

  @Test
  void aRollbackIsStillRecognizedAfterReplay() {
    PSQLException error = new PSQLException("conflict", PSQLState.SERIALIZATION_FAILURE);

    assertThatThrownBy(
            () -> {
              throw codec.decode(codec.encode(error));
            })
        .isExactlyInstanceOf(SQLTransactionRollbackException.class)
        .hasMessage("conflict");
  }

  private void assertReplay(Throwable error, Throwable settled) {
    for (Throwable replayed :
        new Throwable[] {codec.decode(codec.encode(error)), codec.decode(codec.encode(settled))}) {
      assertThat(replayed).hasSameClassAs(settled).hasMessage(settled.getMessage());
      if (settled instanceof SQLException sql) {
        assertSame((SQLException) replayed, sql);
      }
    }
    assertThat(codec.settle(settled)).isSameAs(settled);
  }

  private static void assertSame(SQLException actual, SQLException expected) {
    assertThat((Throwable) actual).hasMessage(expected.getMessage());
    assertThat(actual.getSQLState()).isEqualTo(expected.getSQLState());
    assertThat(actual.getErrorCode()).isEqualTo(expected.getErrorCode());
  }
}
