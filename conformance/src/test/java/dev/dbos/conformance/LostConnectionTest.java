package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The connection breaks at an exact message, and the workflow goes on in the same process. */
class LostConnectionTest {
  /** A shop behind a proxy, and what becomes of one checkout in it. */
  private record Scene(Premises premises, TcpProxy proxy, Journey journey, DBOS dbos) {
    static Scene open(Premises premises) {
      TcpProxy proxy = premises.proxy();
      Shop shop = premises.shop(Premises.through(proxy, premises.site().applicationUrl()));
      Journey journey = new Journey();
      return new Scene(premises, proxy, journey, premises.launch(shop, journey));
    }

    /** Breaks the connection of the first attempt at its end. */
    List<Cut> cutTheCommit(Action action) {
      List<Cut> cuts = new ArrayList<>();
      journey.once(
          Point.BEFORE_COMMIT,
          () ->
              cuts.add(
                  switch (action) {
                    case CUT_BEFORE -> proxy.cutBeforeCommit();
                    case CUT_AFTER_SERVER_ANSWER -> proxy.cutAfterCommitSent();
                  }));
      return cuts;
    }

    void assertReservedOnce() {
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(9);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void whenTheAnswerToTheCommitIsLostTheRecordedResultIsFound(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      List<Cut> cuts = scene.cutTheCommit(Action.CUT_AFTER_SERVER_ANSWER);

      assertThat(scene.dbos().run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(cuts).singleElement().matches(Cut::happened);
      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(1);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void whenTheCommitItselfIsLostTheBodyRunsAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      List<Cut> cuts = scene.cutTheCommit(Action.CUT_BEFORE);

      assertThat(scene.dbos().run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(cuts).singleElement().matches(Cut::happened);
      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(2);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void whenTheRowIsLostTheBodyRunsAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      Cut cut =
          scene.proxy().onClientStatement(LostConnectionTest::recordsAStep, Action.CUT_BEFORE);

      assertThat(scene.dbos().run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(cut.happened()).isTrue();
      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(2);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void whenAStatementOfTheBodyIsLostTheBodyRunsAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      Cut cut =
          scene
              .proxy()
              .onClientStatement(
                  sql -> sql.contains("update") && sql.contains("stock"),
                  Action.CUT_AFTER_SERVER_ANSWER);

      assertThat(scene.dbos().run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(cut.happened()).isTrue();
      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(2);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void whenTheAnswerToTheErrorsCommitIsLostTheErrorIsRecordedOnce(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      List<Cut> cuts = scene.cutTheCommit(Action.CUT_AFTER_SERVER_ANSWER);

      assertSoldOut(scene);

      assertThat(cuts).singleElement().matches(Cut::happened);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void whenTheErrorsCommitIsLostTheErrorIsRecordedOnce(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      List<Cut> cuts = scene.cutTheCommit(Action.CUT_BEFORE);

      assertSoldOut(scene);

      assertThat(cuts).singleElement().matches(Cut::happened);
    }
  }

  private static void assertSoldOut(Scene scene) {
    assertThatThrownBy(() -> scene.dbos().run(CHECKOUT, Checkout.UNICORN))
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isExactlyInstanceOf(SoldOutException.class)
        .hasMessage("No unicorn can be had");
    assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(1);
    Ledger ledger = scene.premises().ledger();
    assertThat(ledger.recordedSteps("reserve")).isEqualTo(1);
    assertThat(ledger.reservations()).isZero();
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void outsideAWorkflowALostAnswerIsSaidToLeaveTheOutcomeOpen(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      TcpProxy proxy = premises.proxy();
      Shop shop = premises.shop(Premises.through(proxy, premises.site().applicationUrl()));
      Cut cut = proxy.cutAfterCommitSent();

      assertThatThrownBy(() -> shop.call("reserve", tables -> tables.reserve("tea")))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessageContaining("shop")
          .hasMessageContaining("\"reserve\" was committing, so it may or may not have committed");

      assertThat(cut.happened()).isTrue();
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  private static boolean recordsAStep(String sql) {
    return sql.contains("insert into")
        && (sql.contains("datasource_outputs") || sql.contains("operation_outputs"));
  }
}
