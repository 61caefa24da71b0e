package dev.dbos.conformance;

import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.conformance.CheckoutProgram.Order;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.ChildJvm;
import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What the next process finds when one was killed with SIGKILL in the middle of a checkout. */
class KilledProcessTest {
  private static final String ORDER = "order-42";

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void killedBeforeTheCommitTheBodyRunsAgainAndItsEffectIsThereOnce(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      ChildJvm child = premises.child(new Order(ORDER, "tea", Point.BEFORE_COMMIT));
      await(child, Point.BEFORE_COMMIT);
      child.kill();
      assertThat(premises.ledger().reservations()).isZero();

      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);

      assertThat(dbos.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
      assertThat(journey.count(Point.BODY_BEGINS)).isEqualTo(1);
      assertReservedOnce(premises);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void killedAfterTheCommitButBeforeTheSystemRowTheResultIsReplayed(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      killBeforeTheSystemRow(premises, "tea");
      assertThat(premises.ledger().outputRows()).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps()).isZero();

      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);

      assertThat(dbos.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
      assertThat(journey.count(Point.BODY_BEGINS)).isZero();
      assertThat(journey.count(Point.CHARGING)).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
      assertReservedOnce(premises);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void killedAfterAnErrorWasCommittedButBeforeTheSystemRowTheErrorIsReplayed(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      killBeforeTheSystemRow(premises, Checkout.UNICORN);
      assertThat(premises.ledger().outputRows()).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps()).isZero();

      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);

      assertThatThrownBy(() -> dbos.retrieve(ORDER, Integer.class).result(PATIENCE))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isExactlyInstanceOf(SoldOutException.class)
          .hasMessage("No unicorn can be had");
      assertThat(journey.count(Point.BODY_BEGINS)).isZero();
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#together")
  void inOneDatabaseTheSystemRowIsThereAsSoonAsTheEffectIs(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      ChildJvm child = premises.child(new Order(ORDER, "tea", Point.AFTER_TRANSACTION));
      await(child, Point.AFTER_TRANSACTION);
      child.kill();
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
      assertThat(premises.ledger().outputRows()).isZero();

      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);

      assertThat(dbos.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
      assertThat(journey.count(Point.BODY_BEGINS)).isZero();
      assertReservedOnce(premises);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void killedInTheNextStepTheTransactionIsReplayedAndTheStepRunsAgain(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      ChildJvm child = premises.child(new Order(ORDER, "tea", Point.CHARGING));
      await(child, Point.CHARGING);
      child.kill();

      Journey journey = new Journey();
      DBOS dbos = premises.launch(journey);

      assertThat(dbos.retrieve(ORDER, Integer.class).result(PATIENCE)).isEqualTo(9);
      assertThat(journey.count(Point.BODY_BEGINS)).isZero();
      assertThat(journey.count(Point.CHARGING)).isEqualTo(1);
      assertReservedOnce(premises);
    }
  }

  /** The commit in the application's database is durable, nothing reaches the system database. */
  private static void killBeforeTheSystemRow(Premises premises, String sku) throws Exception {
    try (SystemOutage outage = SystemOutage.prepare(premises)) {
      Order order = new Order(ORDER, sku, EnumSet.of(Point.BEFORE_COMMIT, Point.AFTER_TRANSACTION));
      ChildJvm child = premises.child(order, outage.systemUrl());
      await(child, Point.BEFORE_COMMIT);
      outage.begin();
      child.send("go on");
      await(child, Point.AFTER_TRANSACTION);
      child.kill();
    }
  }

  private static void await(ChildJvm child, Point point) throws InterruptedException {
    child.awaitLine(point.name()::equals, PATIENCE);
  }

  private static void assertReservedOnce(Premises premises) {
    assertThat(premises.ledger().reservations()).isEqualTo(1);
    assertThat(premises.ledger().stockOf("tea")).isEqualTo(9);
  }
}
