package dev.dbos.conformance;

import static dev.dbos.conformance.Eventually.PATIENCE;
import static dev.dbos.conformance.OrderDesk.CLERK;
import static dev.dbos.conformance.OrderDesk.SHIP;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Outbox;
import dev.dbos.SchemaDdl;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.error.SchemaException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.observe.Health;
import dev.dbos.observe.OutboxBacklog;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.OutboxEntry;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What waits in an outbox in another database: who delivers it, when, and what becomes of it. */
@Timeout(300)
class OutboxRelayTest {
  private static final Setting APART =
      new Setting(Adapter.JDBC, Product.POSTGRESQL, Arrangement.DIFFERENT_DATABASE);

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void severalProcessesThatDeliverFromOneOutboxDeliverEachEntryOnce(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      OrderDesk.open(premises);
      List<OrderDesk> desks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        OrderDesk desk = new OrderDesk(premises.shop());
        String executor = "till-" + i;
        premises.launch(builder -> desk.applyTo(builder.executorId(executor)));
        desks.add(desk);
      }
      List<Future<?>> taken = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        String prefix = "t" + thread + "-";
        taken.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 15; i++) {
                    desks.get(i % desks.size()).order(prefix + i);
                  }
                  return null;
                }));
      }
      for (Future<?> thread : taken) {
        thread.get();
      }

      OrderBooks books = new OrderBooks(premises, setting);
      books.assertEachOrderIsShippedOnce();
      assertThat(books.orders()).hasSize(60);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void anEntryThatWasDeliveredButNotDeletedIsNotDeliveredAgain(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      OrderDesk.open(premises);
      OrderDesk desk = new OrderDesk(premises.shop());
      OrderBooks books = new OrderBooks(premises, setting);
      try (DBOS dbos = desk.applyTo(Checkout.runtime(premises.site().systemUrl())).launch()) {
        desk.shop()
            .call(
                "order",
                tables -> {
                  WorkflowHandle<String> handle = OrderDesk.order(tables, "o1");
                  tables.execute("create table kept as select * from " + books.outbox());
                  return handle;
                })
            .result(PATIENCE);
        Eventually.await("delivered", () -> books.entries() == 0);
        dbos.delete(List.of("ship-o1"));
      }
      // As if the process had died between the two commits.
      premises
          .ledger()
          .application()
          .execute("insert into " + books.outbox() + " select * from kept where kind <> 'outbox'");

      DBOS dbos = premises.launch(new OrderDesk(premises.shop())::applyTo);

      Eventually.await("the entry is gone", () -> books.entries() == 0);
      assertThat(dbos.status("ship-o1")).isEmpty();
      assertThat(premises.ledger().application().number("select count(*) from shipment"))
          .isEqualTo(1);
    }
  }

  @Test
  void messagesOfTransactionsThatOverlapArriveInTheOrderOfTheirCommits() throws Exception {
    try (Premises premises = Premises.of(APART);
        ExecutorService threads = Executors.newFixedThreadPool(1)) {
      OrderDesk.open(premises);
      Shop shop = premises.shop();
      DBOS dbos = premises.launch(new OrderDesk(shop)::applyTo);
      WorkflowHandle<String> clerk = dbos.start(CLERK, null, StartOptions.id("clerk"));
      // The ledger has its row from here on.
      shop.run("tell", tables -> Outbox.send("clerk", "hello"));
      OrderBooks books = new OrderBooks(premises, APART);
      Eventually.await("delivered", () -> books.entries() == 0);
      CountDownLatch asked = new CountDownLatch(1);
      CountDownLatch goOn = new CountDownLatch(1);
      try (Connection blocker = premises.ledger().system().connect();
          Statement statement = blocker.createStatement()) {
        blocker.setAutoCommit(false);
        statement.execute("select 1 from dbos.java_outboxes for update");

        Future<?> slow =
            threads.submit(
                () -> {
                  shop.run(
                      "slow",
                      tables -> {
                        Outbox.send("clerk", "committed-second");
                        asked.countDown();
                        goOn.await();
                      });
                  return null;
                });
        asked.await();
        shop.run("fast", tables -> Outbox.send("clerk", "committed-first"));
        goOn.countDown();
        slow.get();
        shop.run("tell", tables -> Outbox.send("clerk", "end"));
        blocker.rollback();
      }

      assertThat(clerk.result(PATIENCE)).isEqualTo("hello committed-first committed-second end");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void whatTheSystemDatabaseRefusesIsSetAsideAndMayBeRetriedOrDiscarded(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      OrderDesk.open(premises);
      OrderDesk desk = new OrderDesk(premises.shop());
      DBOS dbos = premises.launch(desk::applyTo);
      Shop shop = desk.shop();
      WorkflowHandle<String> misnamed =
          shop.call(
              "ask for what cannot be",
              tables -> {
                Outbox.send("clerk", "too early");
                Outbox.start(SHIP, "x", StartOptions.id("taken"));
                return Outbox.start(CLERK, null, StartOptions.id("taken"));
              });
      assertThat(desk.order("o1").result(PATIENCE)).isEqualTo("shipped o1");

      Eventually.await("set aside", () -> dbos.outboxes().setAside("shop").size() == 2);
      List<OutboxEntry> entries = dbos.outboxes().setAside("shop");
      assertThat(entries)
          .extracting(entry -> entry.kind() + " " + entry.workflowId())
          .containsExactlyInAnyOrder("SEND clerk", "START taken");
      assertThat(entries)
          .extracting(OutboxEntry::reason)
          .anyMatch(reason -> reason.contains("There is no workflow with id clerk"))
          .anyMatch(reason -> reason.contains("belongs to a workflow named ship"));
      assertThat(dbos.health().status()).isEqualTo(Health.Status.DEGRADED);
      assertThat(dbos.health().problems())
          .containsExactly(
              "2 entries of the outbox of datasource shop were set aside; see outboxes().");
      assertThat(misnamed.id()).isEqualTo("taken");

      WorkflowHandle<String> clerk = dbos.start(CLERK, null, StartOptions.id("clerk"));
      assertThat(dbos.outboxes().retry(entries)).isEqualTo(2);
      Eventually.await("set aside again", () -> dbos.outboxes().setAside("shop").size() == 1);
      assertThat(dbos.outboxes().discard(dbos.outboxes().setAside("shop"))).isEqualTo(1);
      shop.run("tell", tables -> Outbox.send("clerk", "end"));

      assertThat(clerk.result(PATIENCE)).isEqualTo("too early end");
      assertThat(dbos.health().problems()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void anEntryThatTheDatabaseItselfRefusesIsFoundAmongTheOthers(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos = premises.launch(new OrderDesk(shop)::applyTo);
      WorkflowHandle<String> clerk = dbos.start(CLERK, null, StartOptions.id("clerk"));
      DirectSql system = premises.ledger().system();
      system.execute(
          system.isPostgres()
              ? "alter table dbos.notifications add constraint harmless check (message <> '\"poison\"')"
              : "create trigger harmless before insert on notifications"
                  + " when new.message = '\"poison\"' begin select raise(abort, 'harmless'); end");

      shop.run(
          "tell",
          tables -> {
            for (String word : List.of("a", "b", "poison", "c", "end")) {
              Outbox.send("clerk", word);
            }
          });

      assertThat(clerk.result(PATIENCE)).isEqualTo("a b c end");
      assertThat(dbos.outboxes().setAside("shop"))
          .singleElement()
          .satisfies(entry -> assertThat(entry.reason()).contains("harmless"));
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#apart")
  void manyEntriesAreDeliveredInBatchesAndInTheirOrder(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos = premises.launch(new OrderDesk(shop)::applyTo);
      List<String> words = IntStream.range(0, 600).mapToObj(number -> "w" + number).toList();
      dbos.start(CLERK, null, StartOptions.id("clerk"));

      shop.run("tell", tables -> words.forEach(word -> Outbox.send("quiet", word)));
      shop.run("tell", tables -> words.forEach(word -> Outbox.send("clerk", word)));
      shop.run("tell", tables -> Outbox.send("clerk", "end"));

      Eventually.await(
          "all are there",
          () ->
              premises
                      .ledger()
                      .system()
                      .number(
                          "select count(*) from " + premises.ledger().systemTable("notifications"))
                  == 601);
      assertThat(dbos.retrieve("clerk", String.class).result(PATIENCE))
          .isEqualTo(String.join(" ", words) + " end");
      assertThat(dbos.outboxes().setAside("shop")).hasSize(600);
    }
  }

  @Test
  void whoWaitsForAWorkflowThatWasRefusedLearnsWhy() throws Exception {
    try (Premises premises = Premises.of(APART)) {
      OrderDesk.open(premises);
      OrderDesk desk = new OrderDesk(premises.shop());
      premises.launch(desk::applyTo);
      StartOptions one =
          StartOptions.DEFAULT
              .withQueue("parcels")
              .withDelay(Duration.ofHours(1))
              .withDeduplication("only one");
      desk.shop().run("order", tables -> Outbox.start(SHIP, "o1", one.withId("first")));

      WorkflowHandle<String> second =
          desk.shop().call("order", tables -> Outbox.start(SHIP, "o2", one.withId("second")));

      assertThatThrownBy(second::result)
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessageContaining("Workflow second was not started")
          .hasMessageContaining("outbox of datasource shop was set aside")
          .hasMessageContaining("only one");
    }
  }

  @Test
  void whileTheSystemDatabaseIsAwayTransactionsCommitAndHealthShowsWhatWaits() throws Exception {
    try (Premises premises = Premises.of(APART)) {
      OrderDesk.open(premises);
      TcpProxy proxy = premises.proxy();
      OrderDesk desk = new OrderDesk(premises.shop());
      DBOS dbos =
          premises.launch(
              builder ->
                  desk.applyTo(
                      builder.systemDatabaseUrl(
                          Premises.through(proxy, premises.site().systemUrl()))));
      desk.order("before").result(PATIENCE);
      OrderBooks books = new OrderBooks(premises, APART);
      Eventually.await("the outbox is empty", () -> books.entries() == 0);
      proxy.refuse();
      proxy.cutAll();

      desk.order("meanwhile");

      Health health = dbos.health();
      assertThat(health.status()).isEqualTo(Health.Status.DOWN);
      OutboxBacklog backlog = health.outboxes().getFirst();
      assertThat(backlog.datasource()).isEqualTo("shop");
      assertThat(backlog.waiting()).isEqualTo(1);
      assertThat(backlog.age()).isPresent();
      proxy.accept();
      books.assertEachOrderIsShippedOnce();
      Eventually.await("nothing waits", () -> dbos.health().outboxes().getFirst().age().isEmpty());
    }
  }

  @Test
  void aRoleThatMayNotMakeTheOutboxLearnsTheStatementsWhenItIsNeeded() throws Exception {
    try (Premises premises = Premises.of(APART)) {
      OrderDesk.open(premises);
      PostgresRole role = TestPostgres.shared().createRole();
      DirectSql administrator = premises.ledger().application();
      administrator.execute("GRANT SELECT, INSERT ON orders, shipment TO " + role.name());
      SchemaDdl.datasource(DatabaseUrl.Kind.POSTGRESQL, "dbos").stream()
          .filter(statement -> !statement.contains("outbox"))
          .forEach(administrator::execute);
      SchemaDdl.grants("dbos", role.name()).forEach(administrator::execute);
      administrator.execute(
          "ALTER DEFAULT PRIVILEGES IN SCHEMA dbos REVOKE ALL ON TABLES FROM " + role.name());
      String url =
          TestPostgres.shared().url(Site.databaseName(premises.site().applicationUrl()), role);
      OrderDesk desk = new OrderDesk(premises.shop(url));
      DBOS dbos = premises.launch(desk::applyTo);

      SchemaException refused = refusal(desk);
      assertThat(refused)
          .hasMessageContaining("outbox entries")
          .hasMessageContaining("Have an owner run:\nCREATE TABLE \"dbos\".datasource_outbox (");
      administrator.execute(String.valueOf(refused.getMessage()).split("run:\n", 2)[1]);

      assertThat(desk.order("o1").result(PATIENCE)).isEqualTo("shipped o1");
      WorkflowHandle<String> clerk = dbos.start(CLERK, null, StartOptions.id("clerk"));
      desk.shop().run("tell", tables -> Outbox.send("clerk", "end"));
      assertThat(clerk.result(PATIENCE)).isEqualTo("end");
    }
  }

  private static SchemaException refusal(OrderDesk desk) throws Exception {
    try {
      desk.order("refused");
    } catch (SchemaException refused) {
      return refused;
    }
    throw new AssertionError("It was not refused");
  }
}
