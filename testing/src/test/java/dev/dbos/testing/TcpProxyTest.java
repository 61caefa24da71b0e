package dev.dbos.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TcpProxyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String INSERT = "INSERT INTO orders VALUES ('tea')";

  private final TestPostgres postgres = TestPostgres.shared();
  private final TcpProxy proxy = postgres.proxy();
  private String shop = "";

  @BeforeEach
  void createShop() {
    shop = postgres.createDatabase();
    postgres.execute(shop, "CREATE TABLE orders (item text)");
  }

  @AfterEach
  void closeProxy() {
    proxy.close();
  }

  @Test
  void tellsOfAnErrorThoughTheServerHasCommittedAndKeepsTheConnection() throws Exception {
    FalseAnswer answer = proxy.answerCommitWithError("40003", "result is ambiguous");
    try (Connection connection = connect("");
        Statement statement = connection.createStatement()) {
      connection.setAutoCommit(false);
      statement.execute("SET TRANSACTION READ ONLY");
      connection.commit();
      assertThat(answer.happened()).isFalse();
      statement.execute(INSERT);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(connection::commit)
          .withMessage("ERROR: result is ambiguous")
          .matches(failure -> failure.getSQLState().equals("40003"));

      assertThat(answer.happened()).isTrue();
      statement.execute(INSERT);
      connection.commit();
    }
    try (Connection connection = connect("");
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM orders")) {
      rows.next();
      assertThat(rows.getInt(1)).isEqualTo(2);
    }
  }

  @Test
  void forwardsEverythingUntouched() throws Exception {
    String largeOrder = "tea ".repeat(500_000);
    try (Connection connection = connect("");
        PreparedStatement insert =
            connection.prepareStatement("INSERT INTO orders VALUES (?) RETURNING item")) {
      insert.setString(1, largeOrder);
      try (ResultSet rows = insert.executeQuery()) {
        rows.next();
        assertThat(rows.getString(1)).isEqualTo(largeOrder);
      }
    }
  }

  /** With a threshold of 1 the driver prepares COMMIT once and then names it only. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "prepareThreshold=1",
        "prepareThreshold=-1",
        "preferQueryMode=simple",
        "preferQueryMode=extendedForPrepared"
      })
  void aCommitLandedAlthoughTheClientSawABrokenConnection(String options) throws Exception {
    try (Connection connection = connect(options)) {
      commitSomeOrders(connection, 7);
      Cut cut = proxy.cutAfterCommitSent();
      execute(connection, INSERT);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(connection::commit)
          .satisfies(e -> assertThat(e.getSQLState()).startsWith("08"));
      assertThat(cut.happened()).isTrue();
    }
    assertThat(orders()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "prepareThreshold=1", "prepareThreshold=-1", "preferQueryMode=simple"})
  void aCommitThatWasLostOnItsWayDidNotHappen(String options) throws Exception {
    try (Connection connection = connect(options)) {
      commitSomeOrders(connection, 7);
      Cut cut = proxy.cutBeforeCommit();
      execute(connection, INSERT);
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(connection::commit)
          .satisfies(e -> assertThat(e.getSQLState()).startsWith("08"));
      assertThat(cut.happened()).isTrue();
    }
    assertThat(orders()).isEqualTo(7);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "prepareThreshold=1", "preferQueryMode=simple"})
  void aCommitInOneExchangeWithItsInsertIsFound(String options) throws Exception {
    try (Connection connection = connect(options)) {
      Cut cut = proxy.cutAfterCommitSent();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(connection, INSERT + "; commit"));
      assertThat(cut.happened()).isTrue();
    }
    assertThat(orders()).isEqualTo(1);

    try (Connection connection = connect(options)) {
      Cut cut = proxy.cutBeforeCommit();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(connection, INSERT + "; commit"));
      assertThat(cut.happened()).isTrue();
    }
    assertThat(orders()).isEqualTo(1);
  }

  @Test
  void aCutHappensOnceAndToOneConnection() throws Exception {
    try (Connection broken = connect("");
        Connection sound = connect("")) {
      proxy.cutAfterCommitSent();
      execute(broken, INSERT);
      assertThatExceptionOfType(SQLException.class).isThrownBy(broken::commit);
      execute(sound, INSERT);
      sound.commit();
    }
    assertThat(orders()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "prepareThreshold=1", "preferQueryMode=simple"})
  void theEndOfATransactionThatOnlyReadIsNoCommit(String options) throws Exception {
    try (Connection connection = connect(options)) {
      Cut cut = proxy.cutBeforeCommit();
      for (int i = 0; i < 7; i++) {
        execute(connection, "SET TRANSACTION READ ONLY");
        connection.commit();
      }
      assertThat(cut.happened()).isFalse();
      execute(connection, INSERT);
      assertThatExceptionOfType(SQLException.class).isThrownBy(connection::commit);
      assertThat(cut.happened()).isTrue();
    }
    assertThat(orders()).isZero();
  }

  @Test
  void theOrderOfATableThatIsDroppedOnCommitIsNoCommit() throws Exception {
    try (Connection connection = connect("")) {
      Cut cut = proxy.cutBeforeCommit();
      execute(connection, "CREATE TEMP TABLE basket (item text) ON COMMIT DROP");
      assertThat(cut.happened()).isFalse();
    }
  }

  @Test
  void aCutAtAnyStatementCanWaitForALaterExecution() throws Exception {
    try (Connection connection = connect("")) {
      connection.setAutoCommit(true);
      Cut cut =
          proxy.onClientStatement(
              sql -> sql.startsWith("INSERT"), TcpProxy.Action.CUT_AFTER_SERVER_ANSWER, 2);
      execute(connection, INSERT);
      execute(connection, INSERT);
      assertThat(cut.happened()).isFalse();
      assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, INSERT));
      cut.await(PATIENCE);
    }
    assertThat(orders()).isEqualTo(3);
  }

  @Test
  void aStatementThatIsCutBeforehandIsNotCarriedOut() throws Exception {
    try (Connection connection = connect("")) {
      connection.setAutoCommit(true);
      proxy.onClientStatement(sql -> sql.startsWith("INSERT"), TcpProxy.Action.CUT_BEFORE);
      assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, INSERT));
    }
    assertThat(orders()).isZero();
  }

  @Test
  void aCancelledCutDoesNotHappen() throws Exception {
    try (Connection connection = connect("")) {
      Cut cut = proxy.cutBeforeCommit();
      cut.cancel();
      execute(connection, INSERT);
      connection.commit();
      assertThat(cut.happened()).isFalse();
    }
    assertThat(orders()).isEqualTo(1);
  }

  @Test
  void aCutThatDoesNotComeIsReported() {
    Cut cut = proxy.cutBeforeCommit();
    assertThatExceptionOfType(AssertionError.class)
        .isThrownBy(() -> cut.await(Duration.ofMillis(1)))
        .withMessage("No connection was cut (CUT_BEFORE) within PT0.001S");
  }

  @Test
  void cutAllBreaksOpenConnectionsAndLetsNewOnesIn() throws Exception {
    try (Connection connection = connect("")) {
      proxy.cutAll();
      assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, INSERT));
      try (Connection next = connect("")) {
        execute(next, INSERT);
        next.commit();
      }
    }
    assertThat(orders()).isEqualTo(1);
  }

  @Test
  void refusesNewConnectionsUntilItAcceptsAgain() throws Exception {
    try (Connection before = connect("")) {
      proxy.refuse();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> connect(""))
          .withRootCauseInstanceOf(ConnectException.class);
      execute(before, INSERT);
      before.commit();
      proxy.accept();
      try (Connection after = connect("")) {
        execute(after, INSERT);
        after.commit();
      }
    }
    assertThat(orders()).isEqualTo(2);
  }

  @Test
  void aBlackHoleAnswersNothing() throws Exception {
    try (Connection connection = connect("")) {
      connection.setNetworkTimeout(Runnable::run, 1_000);
      proxy.blackHole();
      assertThatExceptionOfType(SQLException.class)
          .isThrownBy(() -> execute(connection, INSERT))
          .withRootCauseInstanceOf(SocketTimeoutException.class);
    }
    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> connect("loginTimeout=1"));
    assertThat(orders()).isZero();
  }

  @Test
  void whatABlackHoleHeldBackIsDeliveredAfterwards() throws Exception {
    try (Connection connection = connect("")) {
      proxy.blackHole();
      CompletableFuture<Void> order = new CompletableFuture<>();
      Thread.ofPlatform().start(() -> orderInto(order, connection));
      assertThat(order)
          .failsWithin(Duration.ofMillis(200))
          .withThrowableOfType(TimeoutException.class);
      proxy.accept();
      assertThat(order).succeedsWithin(PATIENCE);
    }
    assertThat(orders()).isEqualTo(1);
  }

  @Test
  void closingBreaksConnectionsInABlackHole() throws Exception {
    Connection connection = connect("");
    proxy.blackHole();
    proxy.close();
    assertThatExceptionOfType(SQLException.class).isThrownBy(() -> execute(connection, INSERT));
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void countsTheExchangesOfATransaction() throws Exception {
    try (Connection connection = connect("")) {
      execute(connection, "SELECT 1");
      connection.commit();
      long before = proxy.exchanges();
      execute(connection, INSERT);
      execute(connection, INSERT);
      connection.commit();
      assertThat(proxy.exchanges() - before).isEqualTo(3);
    }
  }

  /** In manual commit mode. */
  private Connection connect(String options) throws SQLException {
    Connection connection =
        DriverManager.getConnection(
            "jdbc:postgresql://localhost:" + proxy.port() + "/" + shop + "?" + options,
            "postgres",
            "postgres");
    connection.setAutoCommit(false);
    return connection;
  }

  private static void orderInto(CompletableFuture<Void> result, Connection connection) {
    try {
      execute(connection, INSERT);
      connection.commit();
      result.complete(null);
    } catch (SQLException e) {
      result.completeExceptionally(e);
    }
  }

  private static void commitSomeOrders(Connection connection, int count) throws SQLException {
    for (int i = 0; i < count; i++) {
      execute(connection, INSERT);
      connection.commit();
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private int orders() throws SQLException {
    try (Connection connection = postgres.connect(shop);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("SELECT count(*) FROM orders")) {
      rows.next();
      return rows.getInt(1);
    }
  }
}
