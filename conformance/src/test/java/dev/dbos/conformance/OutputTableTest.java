package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.workflow.StartOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The rows that a datasource keeps until the system database holds the result. */
class OutputTableTest {
  private static final String ORDER = "order-42";

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void aRowGoesAwayOnceTheSystemDatabaseHoldsTheResult(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      DBOS dbos = premises.launch(new Journey());

      dbos.run(CHECKOUT, "tea");
      dbos.run(CHECKOUT, "coffee");

      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(2);
      Eventually.await("the rows are deleted", () -> premises.ledger().outputRows() == 0);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void closingTheDatasourceLeavesNoRows(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      try (DBOS dbos = new Checkout(shop, new Journey()).launch(premises.site().systemUrl())) {
        dbos.run(CHECKOUT, "tea");
      }
      shop.close();

      assertThat(premises.ledger().outputRows()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void aReusedIdDoesNotReplayTheRowOfItsEarlierLife(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);
      dbos.run(CHECKOUT, "tea", StartOptions.id(ORDER));
      leaveOnlyTheOutputRow(premises, "1000");

      Integer left = dbos.run(CHECKOUT, "tea", StartOptions.id(ORDER));

      assertThat(left).isEqualTo(8);
      assertThat(premises.ledger().reservations()).isEqualTo(2);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void aRowWithoutAnIncarnationIsNotReplayedEither(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);
      dbos.run(CHECKOUT, "tea", StartOptions.id(ORDER));
      leaveOnlyTheOutputRow(premises, "null");

      Integer left = dbos.run(CHECKOUT, "tea", StartOptions.id(ORDER));

      assertThat(left).isEqualTo(8);
      assertThat(premises.ledger().reservations()).isEqualTo(2);
    }
  }

  /** As after a clean-up that deleted the workflow and crashed before it came to the datasource. */
  private static void leaveOnlyTheOutputRow(Premises premises, String incarnation) {
    Ledger ledger = premises.ledger();
    Eventually.await("the row is deleted", () -> ledger.outputRows() == 0);
    ledger.system().execute("delete from " + ledger.systemTable("operation_outputs"));
    ledger.system().execute("delete from " + ledger.systemTable("workflow_status"));
    ledger
        .application()
        .execute(
            "insert into "
                + ledger.outputTable()
                + " (workflow_id, step_id, output, created_at, step_name, incarnation, attempt)"
                + " values ('order-42', 0, '77', 1000, 'reserve', "
                + incarnation
                + ", 'earlier')");
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#together")
  void inOneDatabaseThereAreNoRows(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);
      journey.once(
          Point.AFTER_TRANSACTION, () -> assertThat(premises.ledger().outputRows()).isZero());

      dbos.run(CHECKOUT, "tea");

      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }
}
