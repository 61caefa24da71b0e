package dev.dbos.conformance;

import static dev.dbos.conformance.Eventually.PATIENCE;
import static dev.dbos.conformance.OrderDesk.CLERK;
import static dev.dbos.conformance.OrderDesk.SHIP;
import static dev.dbos.conformance.OrderDesk.TAKE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.Outbox;
import dev.dbos.Workflow;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What a transaction asks of workflows is part of it, wherever the system database is. */
@Timeout(300)
class OutboxTest {
  private static final WorkflowDefinition<String, String> SCENE =
      WorkflowDefinition.of("scene", String.class, String.class);

  /** An open desk. */
  private record Scene(Premises premises, OrderDesk desk, DBOS dbos) {
    static Scene open(Premises premises) {
      OrderDesk.open(premises);
      OrderDesk desk = new OrderDesk(premises.shop());
      return new Scene(premises, desk, premises.launch(desk::applyTo));
    }

    Ledger ledger() {
      return premises.ledger();
    }

    int shipments(String order) {
      return ledger()
          .application()
          .number("select count(*) from shipment where order_id = '" + order + "'");
    }

    int entries() {
      return ledger()
          .application()
          .number("select count(*) from " + table() + " where kind <> 'outbox'");
    }

    String table() {
      return ledger().application().isPostgres() ? "dbos.datasource_outbox" : "datasource_outbox";
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aWorkflowStartedByATransactionOutsideAWorkflowRunsOnce(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);

      WorkflowHandle<String> handle = scene.desk().order("o1");

      assertThat(handle.id()).isEqualTo("ship-o1");
      assertThat(handle.result(PATIENCE)).isEqualTo("shipped o1");
      assertThat(scene.shipments("o1")).isEqualTo(1);
      if (setting.isApart()) {
        Eventually.await("the entry is gone", () -> scene.entries() == 0);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aWorkflowStartedByATransactionOfAWorkflowIsItsChild(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);

      String result =
          scene
              .dbos()
              .start(TAKE, "o2", StartOptions.id("t").withAuthenticatedUser("ada", "buyer"))
              .result(PATIENCE);

      assertThat(result).isEqualTo("shipped o2");
      assertThat(scene.shipments("o2")).isEqualTo(1);
      var child = scene.dbos().status("ship-o2").orElseThrow();
      assertThat(child.parentId()).contains("t");
      assertThat(child.user()).contains("ada");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void aTransactionInsideAStepMayAskToo(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      OrderDesk.open(premises);
      OrderDesk desk = new OrderDesk(premises.shop());
      DBOS dbos =
          premises.launch(
              builder ->
                  desk.applyTo(builder)
                      .workflow(
                          SCENE,
                          id ->
                              Workflow.callStep(
                                  "order at the counter",
                                  () -> desk.order(String.valueOf(id)).id())));

      String id = dbos.run(SCENE, "o3");

      assertThat(Outbox.handle(desk.shop().datasource(), SHIP, id).result(PATIENCE))
          .isEqualTo("shipped o3");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void whatIsRolledBackNeverHappened(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      scene.dbos().start(CLERK, null, StartOptions.id("clerk"));

      assertThatThrownBy(
              () ->
                  scene
                      .desk()
                      .shop()
                      .run(
                          "order",
                          tables -> {
                            OrderDesk.order(tables, "never");
                            Outbox.send("clerk", "never");
                            throw new SoldOutException("none left");
                          }))
          .isInstanceOf(SoldOutException.class);
      scene.desk().order("o4").result(PATIENCE);
      scene.desk().shop().run("tell", tables -> Outbox.send("clerk", "end"));

      assertThat(scene.dbos().retrieve("clerk", String.class).result(PATIENCE)).isEqualTo("end");
      assertThat(scene.dbos().status("ship-never")).isEmpty();
      assertThat(scene.shipments("never")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void whatASavepointTakesBackNeverHappened(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      Shop shop = scene.desk().shop();
      scene.dbos().start(CLERK, null, StartOptions.id("clerk"));

      WorkflowHandle<String> kept =
          shop.call(
              "orders",
              tables -> {
                try {
                  shop.run(
                      "one of them",
                      nested -> {
                        OrderDesk.order(nested, "nested");
                        Outbox.send("clerk", "nested");
                        throw new SoldOutException("none left");
                      });
                } catch (SoldOutException expected) {
                  tables.execute("savepoint mine");
                  OrderDesk.order(tables, "by-hand");
                  Outbox.send("clerk", "by-hand");
                  tables.execute("rollback to savepoint mine");
                }
                Outbox.send("clerk", "end");
                return OrderDesk.order(tables, "kept");
              });

      assertThat(kept.result(PATIENCE)).isEqualTo("shipped kept");
      assertThat(scene.dbos().retrieve("clerk", String.class).result(PATIENCE)).isEqualTo("end");
      assertThat(scene.dbos().status("ship-nested")).isEmpty();
      assertThat(scene.dbos().status("ship-by-hand")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void messagesArriveOnceAndInTheOrderOfTheCommits(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      Shop shop = scene.desk().shop();
      WorkflowHandle<String> clerk = scene.dbos().start(CLERK, null, StartOptions.id("clerk"));

      for (int i = 0; i < 10; i++) {
        String first = "a" + i;
        String second = "b" + i;
        shop.run(
            "tell",
            tables -> {
              Outbox.send("clerk", first);
              Outbox.send(Message.to("clerk", second).withIdempotencyKey(second));
            });
        shop.run(
            "tell again",
            tables -> Outbox.send(Message.to("clerk", second).withIdempotencyKey(second)));
      }
      shop.run("tell", tables -> Outbox.send("clerk", "end"));

      assertThat(clerk.result(PATIENCE))
          .isEqualTo("a0 b0 a1 b1 a2 b2 a3 b3 a4 b4 a5 b5 a6 b6 a7 b7 a8 b8 a9 b9 end");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void aWorkflowAndAMessageToItMayBeAskedInOneTransaction(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);

      WorkflowHandle<String> clerk =
          scene
              .desk()
              .shop()
              .call(
                  "hire",
                  tables -> {
                    WorkflowHandle<String> hired =
                        Outbox.start(CLERK, null, StartOptions.id("clerk"));
                    Outbox.send("clerk", "welcome");
                    Outbox.send("clerk", "end");
                    return hired;
                  });

      assertThat(clerk.result(PATIENCE)).isEqualTo("welcome end");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void anEventOfATransactionIsPublishedButNotOverOneOfALaterStep(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder
                      .datasource(shop.datasource())
                      .workflow(
                          SCENE,
                          none -> {
                            shop.run(
                                "publish",
                                tables -> {
                                  Outbox.setEvent("once", "transaction");
                                  Outbox.setEvent("twice", "transaction");
                                });
                            Workflow.setEvent("twice", "body");
                            return Workflow.receive(String.class, PATIENCE).orElse("-");
                          }));
      WorkflowHandle<String> scene = dbos.start(SCENE, "", StartOptions.id("scene"));

      assertThat(dbos.getEvent("scene", "once", String.class, PATIENCE)).contains("transaction");
      Eventually.await("three values", () -> dbos.eventHistory("scene").size() == 3);
      assertThat(dbos.getEvent("scene", "twice", String.class, Duration.ZERO)).contains("body");
      dbos.send("scene", "bye");
      assertThat(scene.result(PATIENCE)).isEqualTo("bye");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aWorkflowIsStartedByItsNameAndThroughAClient(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      Shop office = premises.shop();
      DbosClient client =
          premises.keep(
              DbosClient.builder(premises.site().systemUrl())
                  .applicationName("checkout-service")
                  .datasource(office.datasource())
                  .build());

      WorkflowHandle<@Nullable Object> handle =
          office.call(
              "order", tables -> Outbox.enqueue("ship", List.of("o5"), StartOptions.DEFAULT));

      assertThat(handle.result(PATIENCE)).isEqualTo("shipped o5");
      assertThat(scene.shipments("o5")).isEqualTo(1);
      assertThat(client.status(handle.id())).isPresent();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void startingTwiceUnderOneIdIsOneRun(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);
      Shop shop = scene.desk().shop();

      for (int i = 0; i < 3; i++) {
        shop.run("order", tables -> Outbox.start(SHIP, "o6", StartOptions.id("once")));
      }

      assertThat(Outbox.handle(shop.datasource(), SHIP, "once").result(PATIENCE))
          .isEqualTo("shipped o6");
      if (setting.isApart()) {
        Eventually.await("the entries are gone", () -> scene.entries() == 0);
      }
      assertThat(scene.shipments("o6")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void waitingForItInsideTheTransactionIsRefused(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Scene scene = Scene.open(premises);

      assertThatThrownBy(
              () ->
                  scene
                      .desk()
                      .shop()
                      .call("order", tables -> OrderDesk.order(tables, "o7").result()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("inside transaction \"order\"")
          .hasMessageContaining("begins only after its commit");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void whereThereIsNothingToCommitWithNothingIsAsked(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      OrderDesk.open(premises);
      OrderDesk desk = new OrderDesk(premises.shop());
      DBOS dbos =
          premises.launch(
              builder -> desk.applyTo(builder).workflow(SCENE, id -> Outbox.start(SHIP, id).id()));
      Shop shop = desk.shop();

      assertThatThrownBy(() -> Outbox.start(SHIP, "o8"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("Outbox.start is part of a transaction of a datasource");
      assertThatThrownBy(() -> dbos.run(SCENE, "o8"))
          .rootCause()
          .hasMessageContaining("use the method of Workflow");
      assertThatThrownBy(
              () ->
                  shop.call(
                      "look",
                      TransactionOptions.DEFAULT.withReadOnly(),
                      tables -> Outbox.start(SHIP, "o8")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("which only reads");
      assertThatThrownBy(() -> shop.run("set", tables -> Outbox.setEvent("key", "value")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("belongs to none");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#alternating")
  void aDatasourceThatNobodyKnowsIsRefusedWithAdvice(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      OrderDesk.open(premises);
      Shop shop = premises.shop();

      assertThatThrownBy(() -> shop.run("order", tables -> Outbox.start(SHIP, "o9")))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("registered with no runtime or client")
          .hasMessageContaining(".datasource(...)");
    }
  }
}
