package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.conformance.CheckoutProgram.Order;
import dev.dbos.datasource.DatasourceBuilder;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.Skipped;
import dev.dbos.testing.TestPgBouncer;
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
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything goes through a real PgBouncer that lends a server for one transaction at a time. */
class BehindPgBouncerTest {
  private static final TestPostgres SERVER = TestPostgres.shared();
  private static final WorkflowDefinition<String, String> PAYMENT =
      WorkflowDefinition.of("payment", String.class, String.class);

  @BeforeAll
  static void requirePgBouncer() {
    Assumptions.assumeTrue(
        TestPgBouncer.isInstalled(),
        () ->
            Skipped.loudly(
                "BehindPgBouncerTest", "PgBouncer is not installed (apt install pgbouncer)"));
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void workflowsWithTransactionsRunManyAtATime(Setting setting) throws Exception {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, pooler, new Journey());

      List<WorkflowHandle<Integer>> orders = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        orders.add(dbos.start(CHECKOUT, "tea"));
        orders.add(dbos.start(CHECKOUT, "coffee"));
      }
      for (WorkflowHandle<Integer> order : orders) {
        assertThat(order.result(PATIENCE)).isBetween(0, 9);
      }

      assertThat(premises.ledger().stockOf("tea")).isZero();
      assertThat(premises.ledger().stockOf("coffee")).isZero();
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(20);
      assertThat(premises.ledger().recordedSteps("charge")).isEqualTo(20);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aWorkflowOfAKilledProcessGoesOnAtTheNextLaunch(Setting setting) throws Exception {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        Premises premises = Premises.of(setting)) {
      String application = through(pooler, premises.site().applicationUrl());
      String system = through(pooler, premises.site().systemUrl());
      Order order = new Order("order-42", "tea", Point.BEFORE_COMMIT);
      ChildJvm child = premises.keep(CheckoutProgram.start(setting, application, system, order));
      child.awaitLine(Point.BEFORE_COMMIT.name()::equals, PATIENCE);
      child.kill();

      DBOS dbos = launch(premises, pooler, new Journey());

      assertThat(dbos.retrieve("order-42", Integer.class).result(PATIENCE)).isEqualTo(9);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void oneConnectionForEverythingIsEnough(Setting setting) throws Exception {
    PoolOptions single = PoolOptions.DEFAULT.withMaximumSize(1);
    Options one =
        new Options() {
          @Override
          public <B extends DatasourceBuilder<B, ?>> B applyTo(B builder) {
            return builder.name("shop").pool(single);
          }
        };
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        Premises premises = Premises.of(setting)) {
      String application = through(pooler, premises.site().applicationUrl());
      Shop shop = premises.keep(setting.adapter().open(application, one));
      DBOS dbos =
          premises.keep(
              Checkout.runtime(through(pooler, premises.site().systemUrl()))
                  .systemDatabasePool(single)
                  .datasource(shop.datasource())
                  .workflow(CHECKOUT, sku -> shop.call("reserve", tables -> tables.reserve(sku)))
                  .launch());

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);
    }
  }

  @Test
  void isolationReadOnlyAndStatementTimeoutAreThoseThatWereAskedFor() throws SQLException {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        JdbcDatasource shop =
            JdbcDatasource.builder(pooler.url(SERVER.createDatabase()))
                .statementTimeout(Duration.ofSeconds(2))
                .build()) {
      TransactionOptions committed =
          TransactionOptions.DEFAULT.withIsolation(IsolationLevel.READ_COMMITTED);
      TransactionOptions reading = TransactionOptions.DEFAULT.withReadOnly();

      assertThat(setting(shop, TransactionOptions.DEFAULT, "transaction_isolation"))
          .isEqualTo("serializable");
      assertThat(setting(shop, committed, "transaction_isolation")).isEqualTo("read committed");
      assertThat(setting(shop, reading, "transaction_read_only")).isEqualTo("on");
      assertThatThrownBy(() -> shop.callTransaction("wait", tx -> first(tx, "SELECT pg_sleep(20)")))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("canceling statement due to statement timeout");
    }
  }

  @Test
  void messagesArriveByPolling() throws Exception {
    String url = SERVER.url(SERVER.createDatabase());
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        DBOS till = awaitingPayment(through(pooler, url), "till-1");
        DBOS bank = awaitingPayment(through(pooler, url), "bank")) {
      WorkflowHandle<String> order = till.start(PAYMENT, "order-42", StartOptions.id("order-42"));

      bank.send("order-42", "paid");

      assertThat(order.result(PATIENCE)).isEqualTo("order-42 is paid");
    }
  }

  /** Where not even the server's default is the level the system database wants. */
  @Test
  void severalProcessesGetAlongOnAServerThatSerializesByDefault() throws Exception {
    try (TestPostgres server =
            TestPostgres.builder()
                .setting("default_transaction_isolation", "serializable")
                .start();
        TestPgBouncer pooler = TestPgBouncer.builder(server).start()) {
      String url = pooler.url(server.createDatabase());
      try (DBOS till = awaitingPayment(url, "till-1");
          DBOS bank = awaitingPayment(url, "bank")) {
        List<WorkflowHandle<String>> orders = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
          orders.add(till.start(PAYMENT, "tea", StartOptions.id("tea-" + i)));
          orders.add(bank.start(PAYMENT, "coffee", StartOptions.id("coffee-" + i)));
        }
        for (int i = 0; i < 20; i++) {
          till.send("coffee-" + i, "paid");
          bank.send("tea-" + i, "paid");
        }
        for (WorkflowHandle<String> order : orders) {
          assertThat(order.result(PATIENCE)).endsWith(" is paid");
        }
      }
    }
  }

  private static DBOS awaitingPayment(String url, String executor) {
    return Checkout.runtime(url)
        .executorId(executor)
        .workflow(
            PAYMENT,
            order ->
                order
                    + " is "
                    + Workflow.receive(String.class, Duration.ofMinutes(5)).orElse("not paid"))
        .launch();
  }

  @Test
  void theSystemTablesAreMadeThroughTheDirectUrlForARoleThatOwnsNothing() {
    String database = SERVER.createDatabase();
    PostgresRole role = SERVER.createRole();
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).role(role).start();
        DBOS dbos =
            Checkout.runtime(pooler.url(database, role))
                .migrationUrl(SERVER.url(database))
                .workflow(CHECKOUT, sku -> 1)
                .launch()) {
      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(1);
    }
    assertThat(
            new DirectSql(SERVER.url(database))
                .number(
                    "select count(*) from pg_tables where schemaname = 'dbos'"
                        + " and tableowner = 'postgres' and tablename not like 'java\\_%'"))
        .isEqualTo(11);
  }

  private static DBOS launch(Premises premises, TestPgBouncer pooler, Journey journey) {
    Shop shop = premises.shop(through(pooler, premises.site().applicationUrl()));
    return premises.keep(
        new Checkout(shop, journey).launch(through(pooler, premises.site().systemUrl())));
  }

  private static String through(TestPgBouncer pooler, String url) {
    return pooler.url(Site.databaseName(url));
  }

  private static String setting(JdbcDatasource shop, TransactionOptions options, String name)
      throws SQLException {
    return shop.callTransaction("look", options, tx -> first(tx, "SHOW " + name));
  }

  private static String first(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
