package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What forks and deletions do with transactions that are steps. */
@Timeout(300)
class ForkedTransactionTest {
  private static final WorkflowDefinition<Void, String> ORDER =
      WorkflowDefinition.of("order", Void.class, String.class);
  private static final StartOptions ORDER_42 = StartOptions.id("order-42");

  private static DBOS launch(Premises premises, Shop shop) {
    return premises.launch(
        builder ->
            builder
                .datasource(shop.datasource())
                .workflow(
                    ORDER,
                    none -> {
                      int first = shop.call("reserve one", tables -> tables.reserve("tea"));
                      int second = shop.call("reserve another", tables -> tables.reserve("tea"));
                      if (Workflow.id().equals("slow")) {
                        Workflow.sleep(Duration.ofDays(1));
                      }
                      return first + ", " + second;
                    }));
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void thoseBeforeTheForkAreReplayedAndTheOthersCommitAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      assertThat(dbos.run(ORDER, null, ORDER_42)).isEqualTo("9, 8");

      assertThat(dbos.fork("order-42", ForkOptions.fromStep(1)).result()).isEqualTo("9, 7");
      assertThat(dbos.fork("order-42", ForkOptions.fromStep(2)).result()).isEqualTo("9, 8");
      assertThat(dbos.fork("order-42", ForkOptions.fromStep(0)).result()).isEqualTo("6, 5");
      assertThat(premises.ledger().reservations()).isEqualTo(5);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void whatARunOfThisProcessHasJustCommittedIsInTheFork(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      for (int i = 0; i < 20; i++) {
        String id = "order-" + i;
        WorkflowHandle<String> order = dbos.start(ORDER, null, StartOptions.id(id));
        int before = premises.ledger().recordedSteps();
        Eventually.await(
            "committed",
            () ->
                premises.ledger().recordedSteps() > before || order.status().state().isTerminal());
        order.result();
        int reservations = premises.ledger().reservations();
        dbos.fork(id, ForkOptions.fromStep(2)).result();
        assertThat(premises.ledger().reservations()).isEqualTo(reservations);
        premises.ledger().application().execute("update stock set quantity = 10");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aDeletedIdRunsItsTransactionsAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      assertThat(dbos.run(ORDER, null, ORDER_42)).isEqualTo("9, 8");
      dbos.delete("order-42");
      assertThat(dbos.run(ORDER, null, ORDER_42)).isEqualTo("7, 6");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void aDeletionTakesTheOutputRowsAlong(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = launch(premises, premises.shop());
      dbos.run(ORDER, null, ORDER_42);
      dbos.run(ORDER, null, StartOptions.id("order-43"));
      Eventually.await("cleaned", () -> premises.ledger().outputRows() == 0);
      // As a run with a predecessor leaves them; what is old would be swept.
      long now = System.currentTimeMillis();
      for (String id : new String[] {"order-42", "order-43"}) {
        String incarnation =
            premises
                .ledger()
                .system()
                .value(
                    "select created_at from "
                        + premises.ledger().systemTable("workflow_status")
                        + " where workflow_uuid = '"
                        + id
                        + "'");
        premises
            .ledger()
            .application()
            .execute(
                "insert into "
                    + premises.ledger().outputTable()
                    + " (workflow_id, step_id, output, created_at, incarnation) values ('"
                    + id
                    + "', 0, '9', "
                    + now
                    + ", "
                    + incarnation
                    + "), ('"
                    + id
                    + "', 1, '8', "
                    + now
                    + ", 7)");
      }
      dbos.delete("order-42");

      assertThat(
              premises
                  .ledger()
                  .application()
                  .value(
                      "select count(*) from "
                          + premises.ledger().outputTable()
                          + " where workflow_id = 'order-42' and incarnation <> 7"))
          .isEqualTo("0");
      assertThat(premises.ledger().outputRows()).as("of other lives and workflows").isEqualTo(3);
    }
  }
}
