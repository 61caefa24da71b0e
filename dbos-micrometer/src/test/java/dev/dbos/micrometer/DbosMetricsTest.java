package dev.dbos.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Outbox;
import dev.dbos.Workflow;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.WorkflowDefinition;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class DbosMetricsTest {
  private static final WorkflowDefinition<String, Integer> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, Integer.class);

  private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

  @Test
  void whatARuntimeDoesOnSqliteIsMetered() {
    try (TempSqlite system = TempSqlite.create();
        TempSqlite shop = TempSqlite.create()) {
      run(system.url(), shop.url());
    }
  }

  @Test
  void whatARuntimeDoesOnPostgresIsMetered() {
    TestPostgres server = TestPostgres.shared();
    run(server.url(server.createDatabase()), server.url(server.createDatabase()));
  }

  private void run(String systemUrl, String shopUrl) {
    AtomicInteger charges = new AtomicInteger();
    AtomicInteger attempts = new AtomicInteger();
    try (JooqDatasource shop = JooqDatasource.builder(shopUrl).name("shop").build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(systemUrl)
                .datasource(shop)
                .listener(new DbosMetrics(registry))
                .workflow(
                    CHECKOUT,
                    sku -> {
                      Workflow.runStep(
                          "charge",
                          RetryOptions.attempts(2)
                              .withBackoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)),
                          () -> failFirst(charges));
                      if ("coffee".equals(sku)) {
                        throw new IllegalStateException("no coffee left");
                      }
                      return shop.callTransaction("take", tx -> conflictFirst(attempts));
                    })
                .launch()) {
      dbos.run(CHECKOUT, "tea");
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "coffee")).isNotNull();

      assertThat(count("dbos.workflow", "name", "checkout", "outcome", "success")).isEqualTo(1);
      assertThat(count("dbos.workflow", "name", "checkout", "outcome", "error")).isEqualTo(1);
      assertThat(count("dbos.step", "name", "charge", "outcome", "success")).isEqualTo(2);
      assertThat(count("dbos.transaction", "datasource", "shop", "outcome", "success"))
          .isEqualTo(1);
      assertThat(registry.get("dbos.step.retries").tag("name", "charge").counter().count())
          .isEqualTo(1);
      assertThat(registry.get("dbos.transaction.conflicts").tag("name", "take").counter().count())
          .isEqualTo(1);
      assertThat(registry.get("dbos.journal.batch").summary().totalAmount()).isPositive();
      assertThat(registry.get("dbos.journal.lag").timer().totalTime(TimeUnit.NANOSECONDS))
          .isGreaterThanOrEqualTo(
              registry.get("dbos.journal.write").timer().totalTime(TimeUnit.NANOSECONDS));
      assertThat(registry.get("dbos.pool.maximum").tag("pool", "system database").gauge().value())
          .isPositive();
      assertThat(registry.get("dbos.workflows.running").gauge().value()).isZero();
      shop.runTransaction("tell nobody", tx -> Outbox.send("nobody", "hello"));
      while (registry.get("dbos.outbox.set.aside").tag("datasource", "shop").gauge().value() < 1) {
        LockSupport.parkNanos(1_000_000);
      }
      assertThat(registry.get("dbos.outbox.waiting").gauge().value()).isZero();
      assertThat(registry.get("dbos.outbox.age").gauge().value()).isZero();
      assertThat(registry.getMeters())
          .allSatisfy(
              meter -> assertThat(meter.getId().getTag("application")).isEqualTo("tea-shop"));
    }
    assertThat(registry.getMeters())
        .extracting(Meter::getId)
        .extracting(Meter.Id::getType)
        .doesNotContain(Meter.Type.GAUGE);
  }

  private long count(String timer, String... tags) {
    return registry.get(timer).tags(tags).timer().count();
  }

  private static void failFirst(AtomicInteger calls) {
    if (calls.incrementAndGet() == 1) {
      throw new IllegalStateException("card reader is busy");
    }
  }

  private static int conflictFirst(AtomicInteger calls) throws SQLException {
    if (calls.incrementAndGet() == 1) {
      throw new SQLException("try again", "40001");
    }
    return 1;
  }
}
