package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Replay.Outcomes;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Where a transaction is called from decides what is recorded of it. */
class TransactionPlacesTest {
  private static final WorkflowDefinition<Void, Integer> BASKET =
      WorkflowDefinition.of("basket", Void.class, Integer.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void outsideAWorkflowNothingIsRecorded(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = premises.launch(new Journey());
      Shop shop = premises.shop();

      assertThat(shop.<Integer>call("reserve", tables -> tables.reserve("tea"))).isEqualTo(9);
      assertThat(shop.callAsync("reserve", tables -> tables.reserve("tea")).get()).isEqualTo(8);

      assertThat(premises.ledger().reservations()).isEqualTo(2);
      assertThat(premises.ledger().outputRows()).isZero();
      assertThat(premises.ledger().recordedSteps()).isZero();
      assertThat(dbos.list(dev.dbos.workflow.WorkflowQuery.all())).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void outsideAWorkflowAnErrorUndoesTheWrites(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      assertThatThrownBy(
              () ->
                  shop.run(
                      "reserve",
                      tables -> {
                        tables.reserve("tea");
                        throw new SoldOutException("sold out");
                      }))
          .isExactlyInstanceOf(SoldOutException.class)
          .hasNoSuppressedExceptions();

      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void insideAStepOnlyTheStepIsRecorded(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  Workflow.callStep(
                      "pack",
                      () -> shop.<Integer>call("reserve", tables -> tables.reserve("tea"))));

      assertThat(outcomes).isEqualTo(new Outcomes(9, 9));
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().outputRows()).isZero();
      assertThat(premises.ledger().recordedSteps("pack")).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps("reserve")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void asynchronousOnesTakeTheirPlacesInTheOrderOfTheCalls(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      AtomicInteger runs = new AtomicInteger();

      Outcomes outcomes =
          Replay.of(
              premises,
              () -> {
                CompletableFuture<Integer> tea = reserveAsync(shop, "tea", runs);
                CompletableFuture<Integer> coffee = reserveAsync(shop, "coffee", runs);
                int unicorn = shop.call("reserve unicorn", tables -> 2 * tables.reserve("unicorn"));
                return List.of(tea.join(), coffee.join(), unicorn);
              });

      assertThat(outcomes).isEqualTo(new Outcomes(List.of(9, 9, 18), List.of(9, 9, 18)));
      assertThat(runs).hasValue(2);
      assertThat(premises.ledger().reservations()).isEqualTo(3);
      assertThat(
              premises
                  .ledger()
                  .system()
                  .value(
                      "select function_id from "
                          + premises.ledger().systemTable("operation_outputs")
                          + " where function_name = 'reserve coffee'"))
          .isEqualTo("1");
    }
  }

  private static CompletableFuture<Integer> reserveAsync(
      Shop shop, String sku, AtomicInteger runs) {
    return shop.callAsync(
        "reserve " + sku,
        tables -> {
          runs.incrementAndGet();
          return tables.reserve(sku);
        });
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void anAsynchronousOneThatEndsLaterKeepsItsPlace(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      CountDownLatch coffeeIsThrough = new CountDownLatch(1);
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      BASKET,
                      nothing -> {
                        CompletableFuture<Integer> tea =
                            shop.callAsync(
                                "reserve tea",
                                tables -> {
                                  coffeeIsThrough.await();
                                  return 9;
                                });
                        int coffee =
                            shop.call("reserve coffee", tables -> tables.reserve("coffee"));
                        coffeeIsThrough.countDown();
                        return coffee + tea.join();
                      }));

      assertThat(dbos.run(BASKET, null, ORDER)).isEqualTo(18);

      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("reserve tea", "reserve coffee");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aWorkflowDoesNotEndBeforeItsAsynchronousTransactions(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      BASKET,
                      nothing -> {
                        CompletableFuture<Integer> tea =
                            shop.callAsync("reserve", tables -> tables.reserve("tea"));
                        return tea.isDone() ? 1 : 0;
                      }));

      dbos.run(BASKET, null, ORDER);

      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }
}
