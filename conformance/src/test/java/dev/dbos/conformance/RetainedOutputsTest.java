package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.StartOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What retention does to the results of transactions in databases of the application's own. */
@Timeout(300)
class RetainedOutputsTest {
  private static final Retention NONE = Retention.age(Duration.ZERO);
  private static final Instant MORNING = Instant.parse("2026-03-01T08:00:00Z");

  private final AtomicReference<Instant> now = new AtomicReference<>(MORNING);

  private DBOS launch(Premises premises, Shop shop) {
    Checkout checkout = new Checkout(shop, new Journey());
    return premises.launch(
        runtime ->
            runtime
                .clock(now::get)
                .datasource(shop.datasource())
                .workflow(Checkout.CHECKOUT, checkout::checkout));
  }

  /** A row as a process leaves it that was killed before it could delete it. */
  private static void leaveRow(Premises premises, String workflowId, Instant incarnation) {
    leaveRow(premises, workflowId, incarnation, 7);
  }

  private static void leaveRow(
      Premises premises, String workflowId, Instant incarnation, int step) {
    premises
        .ledger()
        .application()
        .execute(
            "insert into "
                + premises.ledger().outputTable()
                + " (workflow_id, step_id, output, created_at, incarnation) values ('"
                + workflowId
                + "', "
                + step
                + ", '1', "
                + now().toEpochMilli()
                + ", "
                + incarnation.toEpochMilli()
                + ")");
  }

  /** Of the database's clock, so that no sweep takes it. */
  private static Instant now() {
    return MORNING.plus(Duration.ofDays(1));
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void theirRowsGoWithThemOnceNobodyCanBeCommittingAnyMore(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      dbos.run(Checkout.CHECKOUT, "tea", StartOptions.id("order-1"));
      Eventually.await("cleaned", () -> premises.ledger().outputRows() == 0);
      leaveRow(premises, "order-1", MORNING);
      leaveRow(premises, "order-9", MORNING);

      now.set(MORNING.plus(Duration.ofMinutes(59)));
      assertThat(dbos.deleteFinished(NONE)).isZero();
      assertThat(premises.ledger().outputRows()).isEqualTo(2);
      now.set(MORNING.plus(Duration.ofMinutes(60)));
      assertThat(dbos.deleteFinished(NONE)).isEqualTo(1);
      assertThat(premises.ledger().outputRows()).isEqualTo(1);

      assertThat(dbos.run(Checkout.CHECKOUT, "tea", StartOptions.id("order-1"))).isEqualTo(8);
      assertThat(premises.ledger().reservations()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void whatAClientLeavesOfThemIsNoResultOfAnotherWorkflow(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      dbos.run(Checkout.CHECKOUT, "tea", StartOptions.id("order-1"));
      Eventually.await("cleaned", () -> premises.ledger().outputRows() == 0);
      leaveRow(premises, "order-1", MORNING, 0);

      now.set(MORNING.plus(Duration.ofMinutes(1)));
      try (DbosClient client =
          DbosClient.builder(premises.site().systemUrl()).clock(now::get).build()) {
        assertThat(client.deleteFinished(NONE)).isEqualTo(1);
      }
      assertThat(premises.ledger().outputRows()).isEqualTo(1);

      assertThat(dbos.run(Checkout.CHECKOUT, "tea", StartOptions.id("order-1"))).isEqualTo(8);
      assertThat(premises.ledger().reservations()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void aDatasourceThatIsAwayKeepsThem(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos = launch(premises, shop);
      dbos.run(Checkout.CHECKOUT, "tea", StartOptions.id("order-1"));
      now.set(MORNING.plus(Duration.ofHours(2)));
      shop.close();

      assertThatThrownBy(() -> dbos.deleteFinished(NONE))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessageContaining("They are deleted when it can be reached");
      assertThat(dbos.status("order-1")).isPresent();
    }
  }
}
