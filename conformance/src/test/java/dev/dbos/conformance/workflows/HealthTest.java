package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.observe.Health;
import dev.dbos.observe.Health.Status;
import dev.dbos.observe.PoolUse;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HealthTest {
  private static final WorkflowDefinition<Void, Void> OPEN =
      WorkflowDefinition.of("open", Void.class, Void.class);

  @ParameterizedTest
  @EnumSource(Product.class)
  void allIsWell(Product product) {
    CountDownLatch morning = new CountDownLatch(1);
    SettableClock clock = new SettableClock();
    try (Site site = Site.of(product, Arrangement.DIFFERENT_DATABASE);
        JdbcDatasource shop = JdbcDatasource.builder(site.applicationUrl()).name("shop").build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .datasource(shop)
                .executorId("local")
                .clock(clock)
                .workflow(
                    OPEN,
                    none -> {
                      Eventually.open(morning);
                      return Nothing.nothing();
                    })
                .launch()) {
      dbos.start(OPEN);
      ForeignRow.of("letter")
          .set("status", "ENQUEUED")
          .set("queue_name", "emails")
          .set("created_at", clock.millis() - 5_000)
          .insertInto(SystemRows.of(site));
      ForeignRow.of("stranded")
          .set("status", "PENDING")
          .set("name", "unknown")
          .set("executor_id", "local")
          .set("application_version", "tea-shop")
          .insertInto(SystemRows.of(site));

      Health health = dbos.health();

      assertThat(health.status()).isEqualTo(Status.UP);
      assertThat(health.problems()).isEmpty();
      assertThat(health.systemDatabase().reachable()).isTrue();
      assertThat(health.systemDatabase().latency()).isPositive();
      assertThat(health.work().running()).isEqualTo(1);
      assertThat(health.work().unrecovered()).isEqualTo(1);
      assertThat(health.work().queueLag()).contains(Duration.ofSeconds(5));
      assertThat(health.pools()).extracting(PoolUse::name).contains("system database", "shop");
      assertThat(health.datasources()).extracting(Health.Answer::name).containsExactly("shop");
      Health.Notifications expected =
          product == Product.POSTGRESQL
              ? Health.Notifications.LISTENING
              : Health.Notifications.POLLING;
      Eventually.holds("it listens", () -> dbos.health().notifications() == expected);
      morning.countDown();
    }
  }

  @Test
  void aDatasourceThatIsAwayDegradesAndASystemDatabaseThatHangsTakesItDown() {
    try (Site site = Site.of(Product.POSTGRESQL, Arrangement.DIFFERENT_DATABASE);
        TcpProxy shopProxy = TestPostgres.shared().proxy();
        TcpProxy systemProxy = TestPostgres.shared().proxy();
        JdbcDatasource shop =
            JdbcDatasource.builder(through(shopProxy, site.applicationUrl())).name("shop").build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(through(systemProxy, site.systemUrl()))
                .datasource(shop)
                .launch()) {
      shopProxy.blackHole();
      Duration patience = Duration.ofSeconds(5);

      Health degraded = dbos.health(patience);

      assertThat(degraded.status()).isEqualTo(Status.DEGRADED);
      assertThat(degraded.problems())
          .containsExactly("Datasource shop did not answer within 5000 ms.");
      systemProxy.blackHole();
      long begun = System.nanoTime();
      Health down = dbos.health(Duration.ofMillis(300));
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(30));
      assertThat(down.status()).isEqualTo(Status.DOWN);
      assertThat(down.problems())
          .startsWith(
              "The system database did not answer within 300 ms.",
              "Datasource shop did not answer within 300 ms.");
      assertThat(down.toString()).doesNotContain("password").doesNotContain("//");
      shopProxy.accept();
      systemProxy.accept();
      Eventually.holds("both answer again", () -> dbos.health(patience).status() == Status.UP);
    }
  }

  private static String through(TcpProxy proxy, String url) {
    return TestPostgres.shared().url(Site.databaseName(url), proxy);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aClientSaysWhetherItsDatabaseAnswersAndWhyNot(Product product) {
    try (Site site = Site.of(product)) {
      DBOS.builder("tea-shop").systemDatabaseUrl(site.systemUrl()).launch().close();
      try (DbosClient client = DbosClient.create(site.systemUrl())) {
        assertThat(client.health().status()).isEqualTo(Status.UP);
        assertThat(client.health().work()).isEqualTo(new Health.Work(0, 0, 0, null));
      }
      SystemRows.of(site).change("UPDATE dbos_migrations SET version = 104");
      try (DbosClient client = DbosClient.create(site.systemUrl())) {
        Health down = client.health();

        assertThat(down.status()).isEqualTo(Status.DOWN);
        assertThat(down.problems())
            .containsExactly(
                "The system database does not answer: The system database is at schema version"
                    + " 104, but this version of dbos requires version 108. A client changes no"
                    + " tables: launch the application, or run \"dbos migrate\".");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsClosedIsDown(Product product) {
    try (Site site = Site.of(product)) {
      DBOS dbos = DBOS.builder("tea-shop").systemDatabaseUrl(site.systemUrl()).launch();
      dbos.close();

      assertThat(dbos.health().status()).isEqualTo(Status.DOWN);
    }
  }
}
