package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.conformance.CheckoutProgram.Order;
import dev.dbos.conformance.Journey.Stop;
import dev.dbos.conformance.Replay.Outcomes;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two runs of one workflow at the same time: recovery takes over from a run that still lives. */
class RivalTest {
  private static final String ORDER = "order-42";

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aRunThatComesLateToTheTransactionGetsTheRecordedOutcome(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Journey late = new Journey();
      Stop stop = late.stopAt(Point.BEFORE_TRANSACTION);
      Journey early = new Journey();

      lateAndEarly(premises, late, stop, early);

      // It may also have been told before that it was overtaken.
      assertThat(late.count(Point.BODY_BEGINS)).isLessThanOrEqualTo(1);
      assertThat(late.count(Point.AFTER_TRANSACTION)).isZero();
      assertThat(early.count(Point.CHARGING)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aRunThatIsOvertakenInsideTheBodyGetsTheRecordedOutcome(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Journey late = new Journey();
      Stop stop = late.stopAt(Point.BODY_BEGINS);
      Journey early = new Journey();

      lateAndEarly(premises, late, stop, early);

      assertThat(late.count(Point.AFTER_TRANSACTION)).isZero();
      assertThat(late.count(Point.CHARGING)).isZero();
      assertThat(early.count(Point.CHARGING)).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aRunThatIsOvertakenAfterItsCommitDoesNotGoOn(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Journey late = new Journey();
      Stop stop = late.stopAt(Point.AFTER_TRANSACTION);
      Journey early = new Journey();

      lateAndEarly(premises, late, stop, early);

      assertThat(early.count(Point.BODY_BEGINS)).isZero();
      assertThat(early.count(Point.CHARGING)).isEqualTo(1);
    }
  }

  /** Lets {@code early} overtake {@code late}; both must come to the same result. */
  private static void lateAndEarly(Premises premises, Journey late, Stop stop, Journey early)
      throws InterruptedException {
    DBOS first = premises.launch(late);
    WorkflowHandle<Integer> overtaken = first.start(CHECKOUT, "tea", StartOptions.id(ORDER));
    stop.awaitArrival();

    DBOS second = premises.launch(early);
    assertThat(second.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
    stop.letGo();

    assertThat(overtaken.result(PATIENCE)).isEqualTo(9);
    assertReservedOnce(premises);
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aRunThatComesLateGetsTheRecordedErrorOfTheOther(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Journey late = new Journey();
      Stop stop = late.stopAt(Point.BEFORE_TRANSACTION);
      DBOS first = premises.launch(late);
      WorkflowHandle<Integer> overtaken =
          first.start(CHECKOUT, Checkout.UNICORN, StartOptions.id(ORDER));
      stop.awaitArrival();

      DBOS second = premises.launch(new Journey());
      assertSoldOut(second.retrieve(ORDER, Integer.class));
      stop.letGo();

      assertSoldOut(overtaken);
      assertThat(premises.ledger().reservations()).isZero();
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  private static void assertSoldOut(WorkflowHandle<Integer> handle) {
    assertThatThrownBy(() -> handle.result(PATIENCE))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isExactlyInstanceOf(SoldOutException.class)
        .hasMessage("No unicorn can be had");
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aProcessThatIsOvertakenGetsTheOutcomeOfTheOtherProcess(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      ChildJvm child = premises.child(new Order(ORDER, "tea", Point.BEFORE_TRANSACTION));
      child.awaitLine(Point.BEFORE_TRANSACTION.name()::equals, PATIENCE);

      DBOS second = premises.launch(new Journey());
      assertThat(second.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
      child.send("go on");

      assertThat(child.awaitLine(line -> line.startsWith("left"), PATIENCE)).isEqualTo("left 9");
      assertThat(child.awaitExit(PATIENCE)).isZero();
      assertReservedOnce(premises);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void theSurvivorFinishesWhenTheProcessInsideTheBodyIsKilled(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      ChildJvm child = premises.child(new Order(ORDER, "tea", Point.BEFORE_COMMIT));
      child.awaitLine(Point.BEFORE_COMMIT.name()::equals, PATIENCE);

      DBOS survivor = premises.launch(new Journey());
      WorkflowHandle<Integer> handle = survivor.retrieve(ORDER, Integer.class);
      CompletableFuture<Integer> result =
          CompletableFuture.supplyAsync(() -> handle.result(PATIENCE));
      assertThat(premises.ledger().attemptsOf(ORDER)).isEqualTo(2);
      assertThat(result).isNotDone();
      child.kill();

      assertThat(result.get()).isEqualTo(9);
      assertReservedOnce(premises);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aProcessThatWasOvertakenButCommitsFirstDoesNoHarm(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      ChildJvm child = premises.child(new Order(ORDER, "tea", Point.BEFORE_COMMIT));
      child.awaitLine(Point.BEFORE_COMMIT.name()::equals, PATIENCE);

      Journey journey = new Journey();
      DBOS second = premises.launch(journey);
      awaitSomebodyWhoWaitsForARow(premises);
      child.send("go on");

      assertThat(second.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
      assertThat(child.awaitLine(line -> line.startsWith("left"), PATIENCE)).isEqualTo("left 9");
      assertThat(journey.count(Point.CHARGING)).isEqualTo(1);
      assertReservedOnce(premises);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aWorkflowWhoseLastCheckpointIsStillBeingWrittenIsRecovered(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting);
        Connection checkpoint = premises.ledger().system().connect();
        Statement statement = checkpoint.createStatement()) {
      Shop shop = premises.shop();
      Replay replay =
          Replay.begin(premises, () -> shop.call("reserve", tables -> tables.reserve("tea")));
      checkpoint.setAutoCommit(false);
      statement.execute("select * from dbos.workflow_status for share");

      CompletableFuture<Outcomes> outcomes = CompletableFuture.supplyAsync(replay::resume);
      Eventually.await(
          "recovery waits for the row",
          () -> outcomes.isDone() || isAnybodyWaitingForALock(premises.ledger().system()));
      checkpoint.commit();

      assertThat(outcomes.get()).isEqualTo(new Outcomes(9, 9));
    }
  }

  private static boolean isAnybodyWaitingForALock(DirectSql database) {
    return database.number("select count(*) from pg_locks where not granted") > 0;
  }

  private static void awaitSomebodyWhoWaitsForARow(Premises premises) {
    Eventually.await(
        "the second run waits for the first one's row",
        () -> isAnybodyWaitingForALock(premises.ledger().application()));
  }

  private static void assertReservedOnce(Premises premises) {
    assertThat(premises.ledger().reservations()).isEqualTo(1);
    assertThat(premises.ledger().stockOf("tea")).isEqualTo(9);
    assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    assertThat(premises.ledger().recordedSteps("charge")).isEqualTo(1);
  }
}
