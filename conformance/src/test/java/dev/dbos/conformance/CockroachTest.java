package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.FalseAnswer;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What is peculiar to CockroachDB, on a {@link CockroachLookalike}. {@code CockroachContainerTest}
 * runs on CockroachDB itself.
 */
class CockroachTest {
  private static final TestPostgres SERVER = TestPostgres.shared();
  private static final WorkflowDefinition<String, String> PAYMENT =
      WorkflowDefinition.of("payment", String.class, String.class);
  private static final String UNKNOWN = "40003";
  private static final String CONFLICT = "40001";

  private record Scene(Premises premises, PostgresRole role, Journey journey) {
    static Scene of(Premises premises) {
      return new Scene(premises, CockroachLookalike.disguise(premises.site()), new Journey());
    }

    Shop shop() {
      return premises.shop(CockroachLookalike.url(premises.site().applicationUrl(), role));
    }

    DBOS launch(Shop shop) {
      return premises.keep(
          new Checkout(shop, journey)
              .launch(CockroachLookalike.url(premises.site().systemUrl(), role)));
    }

    void failCommits(String sqlState, int times) {
      CockroachLookalike.failCommits(
          premises.ledger().application(), "public.reservation", sqlState, times);
    }

    void assertReservedOnce() {
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(9);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void nothingIsUsedThatItHasNot(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);

      List<String> statements =
          SERVER.statementsDuring(
              Site.databaseName(premises.site().systemUrl()),
              () -> {
                DBOS dbos = scene.launch(scene.shop());
                assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);
              });

      assertThat(statements)
          .anyMatch(text -> text.contains("CREATE TABLE IF NOT EXISTS"))
          .noneMatch(
              text ->
                  text.matches(
                      "(?is).*(\\bLISTEN\\b|\\bNOTIFY\\b|advisory|CREATE TRIGGER|CREATE FUNCTION"
                          + "|^DO\\b|pg_control_system).*"));
      scene.assertReservedOnce();
    }
  }

  @Test
  void messagesAndEventsArriveByPolling() throws Exception {
    Setting setting = Setting.postgresApart().findFirst().orElseThrow();
    try (Premises premises = Premises.of(setting)) {
      PostgresRole role = CockroachLookalike.disguise(premises.site());
      String url = CockroachLookalike.url(premises.site().systemUrl(), role);
      List<String> statements =
          SERVER.statementsDuring(
              Site.databaseName(url),
              () -> {
                try (DBOS till = awaitingPayment(url, "till-1");
                    DBOS bank = awaitingPayment(url, "bank")) {
                  WorkflowHandle<String> order = till.start(PAYMENT, "tea", StartOptions.id("tea"));
                  bank.send("tea", "paid");
                  assertThat(order.result(PATIENCE)).isEqualTo("tea is paid");
                  assertThat(bank.getEvent("tea", "state", String.class, PATIENCE))
                      .contains("received");
                }
              });

      assertThat(statements).noneMatch(text -> text.matches("(?is).*(\\bLISTEN\\b|notify).*"));
    }
  }

  private static DBOS awaitingPayment(String url, String executor) {
    return Checkout.runtime(url)
        .executorId(executor)
        .workflow(
            PAYMENT,
            order -> {
              String state =
                  Workflow.receive(String.class, Duration.ofMinutes(5)).orElse("not paid");
              Workflow.setEvent("state", "received");
              return order + " is " + state;
            })
        .launch();
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void aMigrationThatWasInterruptedIsFinishedByTheNext(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);
      Shop shop = scene.shop();
      scene.launch(shop).close();
      DirectSql system = premises.ledger().system();
      system.execute("DROP TABLE dbos.queues");
      system.execute("DROP INDEX dbos.idx_workflow_status_pending");
      system.execute("DELETE FROM dbos.dbos_migrations");

      DBOS dbos = scene.launch(shop);

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);
      assertThat(system.number("select version from dbos.dbos_migrations")).isEqualTo(108);
      assertThat(
              system.number(
                  "select count(*) from pg_class where relname in"
                      + " ('queues', 'idx_workflow_status_pending')"))
          .isEqualTo(2);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aConflictAtTheCommitLetsTheTransactionRunAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);
      scene.failCommits(CONFLICT, 2);
      DBOS dbos = scene.launch(scene.shop());

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(3);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aCommitOfUnknownOutcomeThatDidNotHappenLetsTheTransactionRunAgain(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);
      scene.failCommits(UNKNOWN, 1);
      DBOS dbos = scene.launch(scene.shop());

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(2);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void aCommitOfUnknownOutcomeThatDidHappenIsFoundByItsRow(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);
      TcpProxy proxy = premises.proxy();
      Shop shop = premises.shop(through(proxy, scene));
      DBOS dbos = scene.launch(shop);
      List<FalseAnswer> answers = new ArrayList<>();
      scene
          .journey()
          .once(
              Point.BEFORE_COMMIT,
              () -> answers.add(proxy.answerCommitWithError(UNKNOWN, "result is ambiguous")));

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);

      assertThat(answers).singleElement().matches(FalseAnswer::happened);
      assertThat(scene.journey().count(Point.BODY_BEGINS)).isEqualTo(1);
      scene.assertReservedOnce();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void outsideAWorkflowAnUnknownOutcomeIsSaidToBeOne(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);
      TcpProxy proxy = premises.proxy();
      Shop shop = premises.shop(through(proxy, scene));
      FalseAnswer answer = proxy.answerCommitWithError(UNKNOWN, "result is ambiguous");

      assertThatThrownBy(() -> shop.call("reserve", tables -> tables.reserve("tea")))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessage(
              "The connection of datasource shop broke while transaction \"reserve\" was"
                  + " committing, so it may or may not have committed. Check before repeating it,"
                  + " or run it in a workflow, which finds out by itself.");

      assertThat(answer.happened()).isTrue();
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgresApart")
  void conflictsOfTheSystemDatabaseAreNotNoticed(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.of(premises);
      Shop shop = scene.shop();
      DBOS dbos = scene.launch(shop);
      DirectSql system = premises.ledger().system();
      CockroachLookalike.failCommits(system, "dbos.workflow_status", CONFLICT, 3);
      CockroachLookalike.failCommits(system, "dbos.operation_outputs", UNKNOWN, 2);

      List<WorkflowHandle<Integer>> orders = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        orders.add(dbos.start(CHECKOUT, "tea"));
      }
      for (WorkflowHandle<Integer> order : orders) {
        assertThat(order.result(PATIENCE)).isBetween(5, 9);
      }

      assertThat(CockroachLookalike.commitsTried(system, "dbos.workflow_status")).isGreaterThan(3);
      assertThat(CockroachLookalike.commitsTried(system, "dbos.operation_outputs"))
          .isGreaterThan(2);
      assertThat(premises.ledger().reservations()).isEqualTo(5);
      assertThat(premises.ledger().recordedSteps("charge")).isEqualTo(5);
    }
  }

  private static String through(TcpProxy proxy, Scene scene) {
    return CockroachLookalike.url(scene.premises().site().applicationUrl(), scene.role())
        .replace(":" + SERVER.port() + "/", ":" + proxy.port() + "/");
  }
}
