package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.datasource.DatasourceBuilder;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * With pools of one connection each, whoever waited for a second one while holding the first would
 * wait in vain: here that takes half a minute, and fails.
 */
class PoolOfOneTest {
  private static final PoolOptions ONE =
      PoolOptions.DEFAULT.withMaximumSize(1).withConnectionTimeout(Duration.ofSeconds(30));
  private static final int CUSTOMERS = 12;
  private static final WorkflowDefinition<String, Integer> VISIT =
      WorkflowDefinition.of("visit", String.class, Integer.class);
  private static final WorkflowDefinition<String, Integer> PARCEL =
      WorkflowDefinition.of("parcel", String.class, Integer.class);

  private static Shop shop(Premises premises) {
    return premises.shop(
        new Options() {
          @Override
          public <B extends DatasourceBuilder<B, ?>> B applyTo(B builder) {
            return builder.name("shop").pool(ONE);
          }
        });
  }

  private static DBOS launch(Premises premises, Shop shop) {
    premises.ledger().application().execute("update stock set quantity = 1000");
    return premises.launch(
        builder ->
            builder
                .systemDatabasePool(ONE)
                .datasource(shop.datasource())
                .workflow(VISIT, sku -> visit(shop, Objects.requireNonNull(sku)))
                .workflow(PARCEL, sku -> shop.call("pack", tables -> tables.reserve("" + sku))));
  }

  /** Everything a workflow does with connections, one thing after the other and at once. */
  private static int visit(Shop shop, String sku) throws Exception {
    shop.call(
        "look",
        TransactionOptions.DEFAULT.withReadOnly(),
        tables -> String.valueOf(tables.value("select 1")));
    var early = shop.callAsync("reserve", tables -> tables.reserve(sku));
    shop.run("reserve", tables -> reserveNested(shop, tables, sku));
    Workflow.runStep("weigh", () -> shop.run("in a step", tables -> tables.reserve(sku)));
    WorkflowHandle<Integer> parcel = Workflow.start(PARCEL, sku);
    Workflow.sleep(Duration.ofMillis(1));
    Workflow.now();
    early.get();
    Integer left = parcel.result();
    if (sku.equals(Checkout.UNICORN)) {
      shop.run("fail", tables -> soldOut(tables, sku));
    }
    return left;
  }

  private static void reserveNested(Shop shop, ShopTables tables, String sku) throws Exception {
    tables.reserve(sku);
    shop.run("nested", inner -> inner.reserve(sku));
  }

  private static void soldOut(ShopTables tables, String sku) throws Exception {
    tables.reserve(sku);
    throw new SoldOutException("No " + sku + " can be had");
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void everyKindOfStepRunsInManyWorkflowsAtOnce(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, shop(premises));

      List<WorkflowHandle<Integer>> visits = new ArrayList<>();
      for (int customer = 0; customer < CUSTOMERS; customer++) {
        visits.add(dbos.start(VISIT, "tea", StartOptions.id("visit-" + customer)));
      }

      for (WorkflowHandle<Integer> visit : visits) {
        assertThat(visit.result(Eventually.PATIENCE)).isPositive();
      }
      assertThat(premises.ledger().reservations()).isEqualTo(5 * CUSTOMERS);
      assertThat(dbos.list(WorkflowQuery.all())).hasSize(2 * CUSTOMERS);
      assertThat(dbos.steps("visit-0")).isNotEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void anErrorIsRecordedAndReplayed(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, shop(premises));
      for (int time = 0; time < 2; time++) {
        assertThatThrownBy(
                () -> dbos.run(VISIT, Checkout.UNICORN, StartOptions.id("unicorn-visit")))
            .isInstanceOf(WorkflowFailedException.class)
            .hasCauseExactlyInstanceOf(SoldOutException.class);
      }
      assertThat(premises.ledger().reservations()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void whatAProcessLeftIsRecovered(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Journey journey = new Journey();
      Journey.Stop stop = journey.stopAt(Point.AFTER_TRANSACTION);
      Shop shop = shop(premises);
      DBOS crashing =
          Checkout.runtime(premises.site().systemUrl())
              .systemDatabasePool(ONE)
              .closeTimeout(Duration.ZERO)
              .workflow(Checkout.CHECKOUT, sku -> reserveAndStop(shop, journey, sku))
              .launch();
      crashing.start(Checkout.CHECKOUT, "tea", StartOptions.id("order-42"));
      stop.awaitArrival();
      crashing.close();
      stop.letGo();

      DBOS dbos =
          premises.launch(
              builder ->
                  builder
                      .systemDatabasePool(ONE)
                      .datasource(shop.datasource())
                      .workflow(
                          Checkout.CHECKOUT, sku -> reserveAndStop(shop, new Journey(), sku)));
      assertThat(dbos.retrieve("order-42", Integer.class).result(Eventually.PATIENCE)).isEqualTo(9);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  private static Integer reserveAndStop(Shop shop, Journey journey, @Nullable String sku)
      throws Exception {
    int left = shop.call("reserve", tables -> tables.reserve("" + sku));
    journey.reached(Point.AFTER_TRANSACTION);
    return left;
  }
}
