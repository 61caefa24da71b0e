package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Each way in which a server cannot be reached, word by word; nobody reads a password. */
class ConnectionErrorTest {
  private static final String SECRET = "s3cr3t";
  private static final PoolOptions PATIENT =
      PoolOptions.DEFAULT.withConnectTimeout(Duration.ofMinutes(1));
  private static final PoolOptions IMPATIENT =
      PoolOptions.DEFAULT.withConnectTimeout(Duration.ofSeconds(1));

  private static void assertRefused(String hostAndPath, String reason) {
    assertRefused(hostAndPath, PATIENT, reason);
  }

  private static void assertRefused(String hostAndPath, PoolOptions pool, String reason) {
    Throwable failure = opening("postgresql://app:" + SECRET + "@" + hostAndPath, pool);
    assertThat(failure)
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessage("Cannot open stock at postgresql://app:***@" + hostAndPath + ": " + reason);
    assertThat(((DatabaseUnavailableException) failure).datasource()).isEqualTo("stock");
    for (Throwable next = failure; next != null; next = next.getCause()) {
      assertThat(String.valueOf(next.getMessage())).doesNotContain(SECRET);
    }
  }

  private static Throwable opening(String url) {
    return opening(url, PATIENT);
  }

  private static Throwable opening(String url, PoolOptions pool) {
    return catchThrowable(
        () -> JdbcDatasource.builder(url).name("stock").pool(pool).build().close());
  }

  @Test
  void nobodyListensAtThePort() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    assertRefused(
        "localhost:" + port + "/shop",
        "the server cannot be reached (Connection refused). Check that it runs and that host and"
            + " port are right.");
  }

  @Test
  void theHostIsNotKnown() {
    assertRefused(
        "no-such-host.invalid:5432/shop", "the host name is not known. Check the host of the URL.");
  }

  @Test
  void theServerDoesNotAnswer() throws IOException {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      assertRefused(
          "127.0.0.1:" + silent.getLocalPort() + "/shop",
          IMPATIENT,
          "the server did not answer within 1 s. Check that host and port are right and that no"
              + " firewall is in between.");
    }
  }

  @Test
  void somethingElseAnswersAndHangsUp() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Thread hangingUp = Thread.ofPlatform().daemon().start(() -> hangUp(other));
      assertRefused(
          "127.0.0.1:" + other.getLocalPort() + "/shop",
          "whatever answers at host and port of the URL hung up. Check that it is PostgreSQL.");
      assertThat(hangingUp.isDaemon()).isTrue();
    }
  }

  private static void hangUp(ServerSocket server) {
    try {
      while (true) {
        try (Socket caller = server.accept()) {
          caller.getInputStream().readNBytes(8);
        }
      }
    } catch (IOException closed) {
      // The test is over.
    }
  }

  @Test
  void thePasswordIsWrong() {
    TestPostgres server = TestPostgres.shared();
    server.createDatabase();
    assertRefused(
        "localhost:" + server.port() + "/postgres",
        "the server refused the log-in of user app. Check the user name and password of the URL.");
  }

  @Test
  void theDatabaseDoesNotExist() {
    TestPostgres server = TestPostgres.shared();
    Throwable failure = opening(server.url("no_such_stock"));
    assertThat(failure)
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessage(
            "Cannot open stock at postgresql://postgres:***@localhost:"
                + server.port()
                + "/no_such_stock: the database no_such_stock does not exist. Create it, or name"
                + " another.");
  }

  @Test
  void theServerHasNoConnectionsLeft() {
    try (TestPostgres small = TestPostgres.builder().setting("max_connections", "5").start();
        JdbcDatasource shop =
            JdbcDatasource.builder(small.url("postgres"))
                .pool(PoolOptions.DEFAULT.withMaximumSize(5).withMinimumIdle(5))
                .build()) {
      Eventually.await("the pool has all connections", () -> sessions(shop) == 5);
      Throwable failure = opening(small.url("postgres"));
      assertThat(failure)
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessage(
              "Cannot open stock at postgresql://postgres:***@localhost:"
                  + small.port()
                  + "/postgres: the server takes no connections. The driver says: FATAL: sorry, too"
                  + " many clients already.");
    }
  }

  /** As seen through one of them: who asks from outside may take the last place. */
  private static int sessions(JdbcDatasource shop) {
    return Integer.parseInt(
        PoolTest.ask(
            shop, "select count(*) from pg_stat_activity where backend_type = 'client backend'"));
  }

  @Test
  void aUnixSocketIsRefusedWithTheReason() {
    assertThat(opening("postgresql://app:" + SECRET + "@%2Fvar%2Frun%2Fpostgresql/shop"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "The connection URL names a Unix socket, but the PostgreSQL JDBC driver connects over"
                + " TCP only; name a host instead, such as localhost");
  }
}
