package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.dbos.DBOS;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Pools: what they are made with, and what they say when they are used up. */
class PoolTest {
  private static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);
  static final PoolOptions TWO_IMPATIENT =
      PoolOptions.DEFAULT.withMaximumSize(2).withConnectionTimeout(Duration.ofSeconds(2));

  static String newDatabase() {
    TestPostgres server = TestPostgres.shared();
    return server.url(server.createDatabase());
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  static String ask(JdbcDatasource datasource, String sql) {
    try {
      return datasource.callTransaction("ask", connection -> value(connection, sql));
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void aPoolThatIsUsedUpSaysWhoHasItsConnectionsSinceWhenAndWhatToRaise() throws Exception {
    CountDownLatch holding = new CountDownLatch(2);
    CountDownLatch done = new CountDownLatch(1);
    try (JdbcDatasource shop =
            JdbcDatasource.builder(newDatabase())
                .name("shop")
                .pool(TWO_IMPATIENT.withMinimumIdle(2))
                .build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(newDatabase())
                .workflow(ORDER, sku -> hold(shop, "reserve stock", holding, done))
                .launch()) {
      HikariPoolMXBean pool =
          shop.unwrap(HikariDataSource.class).orElseThrow().getHikariPoolMXBean();
      Eventually.await("both are open", () -> pool.getTotalConnections() == 2);
      WorkflowHandle<String> order = dbos.start(ORDER, "tea", StartOptions.id("order-42"));
      CompletableFuture<String> audit =
          shop.callTransactionAsync("audit", connection -> held(holding, done));
      assertThat(holding.await(60, TimeUnit.SECONDS)).isTrue();

      Throwable failure = catchThrowable(() -> ask(shop, "select 1"));

      done.countDown();
      assertThat(failure).isInstanceOf(DatabaseUnavailableException.class);
      String holders =
          "(transaction \"reserve stock\" of workflow order-42 for N ms"
              + "|transaction \"audit\" for N ms)";
      assertThat(withoutTimes(failure))
          .matches(
              Pattern.quote(
                      "No connection to shop became free within 2000 ms: all 2 are in use, by ")
                  + holders
                  + ", "
                  + holders
                  + Pattern.quote(
                      ". Shorten the transactions that hold them, or raise"
                          + " pool(PoolOptions.DEFAULT.withMaximumSize(...)) of the datasource's"
                          + " builder."));
      assertThat(order.result()).isEqualTo("done");
      assertThat(audit.get()).isEqualTo("done");
      assertThat(ask(shop, "select 7")).isEqualTo("7");
    }
  }

  @Test
  void aPoolThatCouldNotOpenAnotherConnectionInTimeSaysSo() throws Exception {
    TestPostgres server = TestPostgres.shared();
    try (TcpProxy proxy = server.proxy();
        JdbcDatasource shop =
            JdbcDatasource.builder(server.url(server.createDatabase(), proxy))
                .name("shop")
                .pool(TWO_IMPATIENT)
                .build()) {
      Throwable failure =
          shop.callTransaction(
              "audit",
              connection -> {
                proxy.blackHole();
                try {
                  return CompletableFuture.supplyAsync(
                          () -> catchThrowable(() -> ask(shop, "select 1")))
                      .join();
                } finally {
                  proxy.accept();
                }
              });

      assertThat(failure).isInstanceOf(DatabaseUnavailableException.class);
      assertThat(withoutTimes(failure))
          .isEqualTo(
              "No connection to shop became free within 2000 ms: 1 of 2 are open and in use, by"
                  + " transaction \"audit\" for N ms, and another one was not open by then. Look whether the machine"
                  + " or the database has too much to do, or raise the connection timeout of the"
                  + " pool.");
    }
  }

  private static String withoutTimes(Throwable failure) {
    return String.valueOf(failure.getMessage()).replaceAll("for \\d+ ms", "for N ms");
  }

  private static String hold(
      JdbcDatasource shop, String name, CountDownLatch holding, CountDownLatch done)
      throws InterruptedException {
    return shop.callTransaction(name, connection -> held(holding, done));
  }

  private static String held(CountDownLatch holding, CountDownLatch done)
      throws InterruptedException {
    holding.countDown();
    done.await();
    return "done";
  }

  @Test
  void aPoolOfTheApplicationThatIsUsedUpSaysWhatIsTakenPastTheDatasource() throws Exception {
    HikariConfig config = new HikariConfig();
    config.setDataSource(source(newDatabase()));
    config.setMaximumPoolSize(2);
    config.setConnectionTimeout(2_000);
    CountDownLatch holding = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    try (HikariDataSource pool = new HikariDataSource(config);
        JdbcDatasource shop = JdbcDatasource.builder(pool).name("shop").build()) {
      CompletableFuture<String> audit =
          shop.callTransactionAsync("audit", connection -> held(holding, done));
      assertThat(holding.await(60, TimeUnit.SECONDS)).isTrue();
      Throwable failure;
      try (Connection taken = pool.getConnection()) {
        assertThat(taken.isClosed()).isFalse();
        failure = catchThrowable(() -> ask(shop, "select 1"));
      }
      done.countDown();

      assertThat(failure).isInstanceOf(DatabaseUnavailableException.class);
      assertThat(withoutTimes(failure))
          .isEqualTo(
              "No connection to shop became free within 2000 ms: all 2 are in use, by transaction"
                  + " \"audit\" for N ms, 1 of them outside of this datasource. Shorten the"
                  + " transactions that hold them, or raise the maximum size of the data source"
                  + " that was given to it.");
      assertThat(audit.get()).isEqualTo("done");
    }
  }

  static javax.sql.DataSource source(String url) {
    org.postgresql.ds.PGSimpleDataSource source = new org.postgresql.ds.PGSimpleDataSource();
    dev.dbos.datasource.DatabaseUrl parsed = dev.dbos.datasource.DatabaseUrl.parse(url);
    source.setUrl(parsed.jdbcUrl());
    source.setUser(parsed.user().orElseThrow());
    source.setPassword(parsed.password().orElseThrow());
    return source;
  }

  @Test
  void theReadersOfAnSqliteFileAreCountedApartFromItsWriter() throws Exception {
    CountDownLatch holding = new CountDownLatch(3);
    CountDownLatch done = new CountDownLatch(1);
    TransactionOptions reading = TransactionOptions.DEFAULT.withReadOnly();
    try (Site site = Site.of(Product.SQLITE);
        JdbcDatasource shop =
            JdbcDatasource.builder(site.applicationUrl())
                .name("shop")
                .pool(TWO_IMPATIENT)
                .build()) {
      List<CompletableFuture<String>> held = new ArrayList<>();
      held.add(shop.callTransactionAsync("write", connection -> held(holding, done)));
      held.add(shop.callTransactionAsync("count", reading, connection -> held(holding, done)));
      held.add(shop.callTransactionAsync("count", reading, connection -> held(holding, done)));
      assertThat(holding.await(60, TimeUnit.SECONDS)).isTrue();

      Throwable failure =
          catchThrowable(
              () ->
                  shop.callTransaction(
                      "ask", reading, connection -> value(connection, "select 1")));

      done.countDown();
      assertThat(failure).isInstanceOf(DatabaseUnavailableException.class);
      assertThat(withoutTimes(failure))
          .startsWith(
              "No connection to shop became free within 2000 ms: all 2 are in use, by transaction"
                  + " \"count\" for N ms, transaction \"count\" for N ms. Shorten");
      for (CompletableFuture<String> one : held) {
        assertThat(one.get()).isEqualTo("done");
      }
    }
  }

  @Test
  void configurePoolReachesWhatPoolOptionsHasNoWordFor() {
    try (JdbcDatasource shop =
        JdbcDatasource.builder(newDatabase())
            .name("shop")
            .configurePool(
                pool -> {
                  pool.setPoolName("till pool");
                  pool.setMaximumPoolSize(3);
                  pool.addDataSourceProperty("currentSchema", "sales");
                })
            .build()) {
      HikariDataSource pool = shop.unwrap(HikariDataSource.class).orElseThrow();
      assertThat(pool.getPoolName()).isEqualTo("till pool");
      assertThat(pool.getMaximumPoolSize()).isEqualTo(3);
      assertThat(pool.getMinimumIdle()).isZero();
      assertThat(ask(shop, "show search_path")).isEqualTo("sales");
      assertThat(ask(shop, "show default_transaction_isolation")).isEqualTo("serializable");
    }
  }

  @Test
  void configurePoolOfTheSystemDatabase() {
    AtomicReference<String> name = new AtomicReference<>();
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(newDatabase())
            .configureSystemDatabasePool(pool -> name.set(pool.getPoolName()))
            .workflow(ORDER, sku -> sku)
            .launch()) {
      assertThat(dbos.run(ORDER, "tea")).isEqualTo("tea");
      assertThat(name).hasValue("dbos system database");
    }
  }

  static Stream<Arguments> forbiddenChanges() {
    return Stream.of(
        Arguments.of(change(pool -> pool.setAutoCommit(false)), "auto-commit. Leave it on."),
        Arguments.of(
            change(pool -> pool.setReadOnly(true)),
            "read-only. Use TransactionOptions.DEFAULT.withReadOnly() instead."),
        Arguments.of(
            change(pool -> pool.setJdbcUrl("jdbc:postgresql://elsewhere/shop")),
            "the JDBC URL. Set the URL instead."),
        Arguments.of(
            change(pool -> pool.setDataSource(source("postgresql://u:p@h/d"))),
            "the data source. Make the datasource from that data source instead of a URL."),
        Arguments.of(
            change(pool -> pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED")),
            "the isolation level. Use isolation(...) of the datasource's builder instead."));
  }

  private static Consumer<HikariConfig> change(Consumer<HikariConfig> change) {
    return change;
  }

  @ParameterizedTest
  @MethodSource("forbiddenChanges")
  void configurePoolMustLeaveWhatTransactionsRestOn(Consumer<HikariConfig> change, String says) {
    assertThatThrownBy(
            () ->
                JdbcDatasource.builder("sqlite::memory:")
                    .name("shop")
                    .configurePool(change)
                    .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("configurePool(...) of shop must not change " + says);
  }

  @Test
  void theServerShowsTheApplicationNameOfTheProgramElseOfTheUrlElseOurs() {
    String url = newDatabase();
    String show = "show application_name";
    try (JdbcDatasource ours = JdbcDatasource.create(url);
        JdbcDatasource ofUrl = JdbcDatasource.create(url + "?application_name=till");
        JdbcDatasource ofProgram =
            JdbcDatasource.builder(url + "?application_name=till")
                .applicationName("checkout")
                .build()) {
      assertThat(ask(ours, show)).isEqualTo("dbos_transact");
      assertThat(ask(ofUrl, show)).isEqualTo("till");
      assertThat(ask(ofProgram, show)).isEqualTo("checkout");
    }
  }

  @Test
  void aConnectionThatBrokeWhileItWasIdleFailsNoTransaction() {
    TestPostgres server = TestPostgres.shared();
    String database = server.createDatabase();
    try (JdbcDatasource shop =
        JdbcDatasource.builder(server.url(database)).applicationName("idle").build()) {
      String before = ask(shop, "select pg_backend_pid()");
      assertThat(server.terminateBackends(database, "idle")).isPositive();

      assertThat(ask(shop, "select pg_backend_pid()")).isNotEqualTo(before);
    }
  }
}
