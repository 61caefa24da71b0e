package dev.dbos.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TestPostgresTest {
  private final TestPostgres postgres = TestPostgres.shared();
  private String shop = "";

  @BeforeEach
  void createShop() {
    shop = postgres.createDatabase();
    postgres.execute(shop, "CREATE TABLE stock (item text PRIMARY KEY, count int)");
  }

  @Test
  void everyTestGetsADatabaseOfItsOwn() throws Exception {
    String other = postgres.createDatabase();
    assertThat(other).isNotEqualTo(shop);
    assertThat(postgres.url(other))
        .isEqualTo("postgresql://postgres:postgres@localhost:" + postgres.port() + "/" + other);
    try (Connection connection = postgres.connect(other)) {
      assertThat(connection.getCatalog()).isEqualTo(other);
      assertThat(connection.getMetaData().getDatabaseMajorVersion()).isEqualTo(18);
    }
  }

  @Test
  void aDatabaseIsDroppedWithTheSessionsInIt() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      postgres.dropDatabase(shop);
      assertThatExceptionOfType(SQLException.class).isThrownBy(() -> count(connection));
    }
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> postgres.connect(shop))
        .withMessageContaining("does not exist");
    assertThatExceptionOfType(IllegalStateException.class)
        .isThrownBy(() -> postgres.dropDatabase(shop))
        .withMessageContaining("does not exist");
  }

  @Test
  void theUrlsOfTheSuperuserAndOfARoleLetThemIn() throws Exception {
    PostgresRole clerk = postgres.createRole();
    assertThat(userOf(postgres.url(shop))).isEqualTo("postgres");
    assertThat(userOf(postgres.url(shop, clerk))).isEqualTo(clerk.name());
  }

  @Test
  void aWrongPasswordIsRejected() {
    String wrong = postgres.url(shop).replace(":postgres@", ":guess@");
    assertThatExceptionOfType(SQLException.class)
        .isThrownBy(() -> userOf(wrong))
        .withMessageContaining("password authentication failed for user \"postgres\"")
        .satisfies(e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
  }

  @Test
  void aRoleMayNotWriteWhatItWasNotGranted() throws Exception {
    PostgresRole clerk = postgres.createRole();
    try (Connection connection = connectByUrl(postgres.url(shop, clerk));
        Statement statement = connection.createStatement()) {
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> statement.execute("INSERT INTO stock VALUES ('tea', 1)"))
          .withMessageContaining("permission denied for table stock");
    }
  }

  @Test
  void aRecordingShowsEveryStatementOfATransactionInOrder() throws Exception {
    try (Connection connection = postgres.connect(shop, "checkout")) {
      connection.setAutoCommit(false);
      StatementRecording recording =
          postgres.record(
              shop,
              () -> {
                insert(connection, "tea", 3);
                count(connection);
                connection.commit();
              });
      assertThat(recording.texts())
          .containsExactly(
              "BEGIN", "INSERT INTO stock VALUES ($1, $2)", "SELECT count(*) FROM stock", "COMMIT");
      assertThat(recording.statements().get(1).parameters()).contains("'tea'");
      assertThat(recording.statements())
          .extracting(LoggedStatement::applicationName)
          .containsOnly("checkout");
      assertThat(recording.commits()).isEqualTo(1);
      assertThat(recording.writingCommits()).isEqualTo(1);
    }
  }

  @Test
  void aRecordingTellsWritingCommitsFromReadOnlyOnes() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      StatementRecording autocommit =
          postgres.record(
              shop,
              () -> {
                insert(connection, "coffee", 1);
                count(connection);
                count(connection);
              });
      assertThat(autocommit.commits()).isEqualTo(3);
      assertThat(autocommit.writingCommits()).isEqualTo(1);

      connection.setAutoCommit(false);
      StatementRecording readOnly =
          postgres.record(
              shop,
              () -> {
                count(connection);
                connection.commit();
              });
      assertThat(readOnly.commits()).isEqualTo(1);
      assertThat(readOnly.writingCommits()).isZero();
    }
  }

  @Test
  void aRolledBackTransactionIsNoCommit() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      connection.setAutoCommit(false);
      StatementRecording recording =
          postgres.record(
              shop,
              () -> {
                insert(connection, "tea", 3);
                connection.rollback();
              });
      assertThat(recording.texts()).last().isEqualTo("ROLLBACK");
      assertThat(recording.commits()).isZero();
      assertThat(recording.writingCommits()).isZero();
    }
  }

  @Test
  void aFailedStatementCarriesItsSqlState() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      insert(connection, "tea", 3);
      connection.setAutoCommit(false);
      StatementRecording recording =
          postgres.record(
              shop,
              () -> {
                assertThatExceptionOfType(SQLException.class)
                    .isThrownBy(() -> insert(connection, "tea", 4));
                connection.commit();
              });
      assertThat(recording.statements())
          .extracting(LoggedStatement::sqlState)
          .containsExactly("00000", "23505", "00000");
      assertThat(recording.commits()).isZero();
    }
  }

  @Test
  void aStatementThatCannotBeParsedIsRecorded() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      StatementRecording recording =
          postgres.record(
              shop,
              () ->
                  assertThatExceptionOfType(SQLException.class)
                      .isThrownBy(() -> connection.createStatement().execute("SELEKT 1")));
      assertThat(recording.statements())
          .singleElement()
          .satisfies(s -> assertThat(s.text()).isEqualTo("SELEKT 1"))
          .satisfies(s -> assertThat(s.sqlState()).isEqualTo("42601"));
    }
  }

  @Test
  void aCommitWhoseWritesAreAllInASavepointIsAWritingOne() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      connection.setAutoCommit(false);
      StatementRecording recording =
          postgres.record(
              shop,
              () -> {
                connection.setSavepoint("reserve");
                insert(connection, "tea", 3);
                connection.commit();
              });
      assertThat(recording.writingCommits()).isEqualTo(1);
    }
  }

  @Test
  void aRecordingOfOneApplicationLeavesTheOthersOut() throws Exception {
    try (Connection checkout = postgres.connect(shop, "checkout");
        Connection delivery = postgres.connect(shop, "delivery")) {
      StatementRecording recording =
          postgres.record(
              shop,
              () -> {
                insert(checkout, "tea", 3);
                count(delivery);
                insert(delivery, "coffee", 2);
                count(delivery);
              });
      StatementRecording own = recording.from("delivery");
      assertThat(own.statements()).hasSize(3);
      assertThat(own.commits()).isEqualTo(3);
      assertThat(own.writingCommits()).isEqualTo(1);
      assertThat(recording.writingCommits()).isEqualTo(2);
    }
  }

  @Test
  void aRecordingKnowsNothingOfOtherDatabases() throws Exception {
    String warehouse = postgres.createDatabase();
    try (Connection connection = postgres.connect(shop)) {
      List<String> statements = postgres.statementsDuring(warehouse, () -> count(connection));
      assertThat(statements).isEmpty();
    }
  }

  @Test
  void statementsOfSeveralLinesAndQuotesArriveUnchanged() throws Exception {
    String sql = "SELECT 'a \"quoted\", text',\n 'of two lines: ü'";
    try (Connection connection = postgres.connect(shop)) {
      assertThat(postgres.statementsDuring(shop, () -> connection.createStatement().execute(sql)))
          .containsExactly(sql);
    }
  }

  @Test
  void recordingsMayOverlap() throws Exception {
    try (Connection connection = postgres.connect(shop)) {
      List<String> outer =
          postgres.statementsDuring(
              shop,
              () -> {
                insert(connection, "tea", 3);
                assertThat(postgres.statementsDuring(shop, () -> count(connection))).hasSize(1);
                count(connection);
              });
      assertThat(outer).hasSize(3);
    }
  }

  @Test
  void terminatedSessionsAreGoneAndOthersStay() throws Exception {
    try (Connection checkout = postgres.connect(shop, "checkout");
        Connection delivery = postgres.connect(shop, "delivery")) {
      assertThat(postgres.terminateBackends(shop, "checkout")).isEqualTo(1);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> count(checkout))
          .satisfies(e -> assertThat(e.getSQLState()).isIn("57P01", "08006"));
      assertThat(count(delivery)).isZero();
    }
  }

  @Test
  void theStatisticsCountCommitsOfEndedSessions() throws Exception {
    long before = postgres.commits(shop);
    try (Connection connection = postgres.connect(shop, "checkout")) {
      insert(connection, "tea", 3);
      postgres.terminateBackends(shop, "checkout");
    }
    assertThat(postgres.commits(shop)).isGreaterThan(before);
  }

  @Test
  void aServerOfItsOwnFlushesWhenItIsToBeDurable() throws Exception {
    try (TestPostgres durable = TestPostgres.builder().durable().start()) {
      assertThat(durable.query("SHOW fsync")).isEqualTo("on");
      assertThat(durable.query("SHOW synchronous_commit")).isEqualTo("on");
    }
    assertThat(postgres.query("SHOW fsync")).isEqualTo("off");
    assertThat(postgres.query("SHOW max_connections")).isEqualTo("300");
  }

  private static void insert(Connection connection, String item, int count) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("INSERT INTO stock VALUES (?, ?)")) {
      insert.setString(1, item);
      insert.setInt(2, count);
      insert.executeUpdate();
    }
  }

  private static int count(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM stock")) {
      rows.next();
      return rows.getInt(1);
    }
  }

  private static String userOf(String url) throws SQLException {
    try (Connection connection = connectByUrl(url)) {
      return connection.getMetaData().getUserName();
    }
  }

  private static Connection connectByUrl(String url) throws SQLException {
    URI uri = URI.create(url);
    String[] login = uri.getUserInfo().split(":", 2);
    return DriverManager.getConnection(
        "jdbc:postgresql://" + uri.getHost() + ":" + uri.getPort() + uri.getPath(),
        login[0],
        login[1]);
  }
}
