package dev.dbos.conformance;

import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.admin.MoveReport;
import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.Misfire;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An application that began on an SQLite file goes on on PostgreSQL. */
@Timeout(300)
class MoveTest {
  private static final WorkflowDefinition<String, String> BREW =
      WorkflowDefinition.of("brew", String.class, String.class);

  private static SystemDatabaseAdmin admin(String url) {
    return SystemDatabaseAdmin.of(Configuration.ofEnvironment(Map.of()).withSystemDatabaseUrl(url));
  }

  private static DBOS kitchen(String url) {
    return DBOS.builder("tea-kitchen")
        .systemDatabaseUrl(url)
        .workflow(BREW, sku -> Workflow.callStep("boil", () -> "hot " + sku))
        .launch();
  }

  private static void brew(String url, String... ids) {
    try (DBOS dbos = kitchen(url)) {
      for (String id : ids) {
        dbos.run(BREW, "tea", StartOptions.id(id));
      }
    }
  }

  /**
   * The tea house is killed with an order that waits for money, one that waits and has a deadline,
   * a delivery that is delayed, and an order whose reservation has been committed in the shop while
   * nothing reached the system database any more.
   */
  private static void killInTheMiddle(Site system, Site shop) throws Exception {
    try (ChildJvm child = TeaHouse.start(system.systemUrl(), shop.applicationUrl());
        SystemOutage outage = new SystemOutage.HeldLock(system.systemUrl())) {
      child.awaitLine(TeaHouse.ALL_STARTED::equals, PATIENCE);
      child.send("go on");
      child.awaitLine(TeaHouse.RESERVING::equals, PATIENCE);
      outage.begin();
      child.send("go on");
      child.awaitLine(TeaHouse.RESERVED::equals, PATIENCE);
      child.kill();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAKilledProcessBeganEndsOnPostgres(Product shopProduct) throws Exception {
    try (Site file = Site.of(Product.SQLITE);
        Site shopSite = Site.of(shopProduct);
        Site server = Site.of(Product.POSTGRESQL)) {
      Ledger ledger = new Ledger(shopSite);
      ledger.stockUp();
      killInTheMiddle(file, shopSite);
      assertThat(ledger.reservations()).isEqualTo(3);
      assertThat(
              new DirectSql(shopSite.applicationUrl())
                  .number(
                      "select count(*) from "
                          + ledger.outputTable()
                          + " where workflow_id = 'stopped'"))
          .isEqualTo(1);
      Map<String, WorkflowStatus> before;
      try (DbosClient client = DbosClient.create(file.systemUrl())) {
        assertThat(client.steps("stopped")).hasSize(1);
        before = statuses(client);
      }

      MoveReport report = admin(server.systemUrl()).moveFrom(file.systemUrl());
      assertThat(report.workflows()).isEqualTo(5);
      assertThat(report.unfinished()).isEqualTo(4);
      assertThat(report.rows())
          .containsEntry("notifications", 1L)
          .containsEntry("workflow_events", 3L)
          .containsEntry("workflow_events_history", 3L)
          .containsEntry("application_versions", 1L);

      try (Shop shop = Adapter.JDBC.open(shopSite.applicationUrl(), Options.DEFAULT);
          DBOS dbos =
              TeaHouse.builder(server.systemUrl(), shop).executorId("on the server").launch()) {
        for (String id : new String[] {"waiting", "limited", "stopped"}) {
          dbos.send(Message.to(id, "silver").withTopic("money"));
        }
        assertThat(dbos.retrieve("stopped", String.class).result(PATIENCE))
            .isEqualTo("7 left, silver, stopped tea delivered");
        assertThat(dbos.retrieve("waiting", String.class).result(PATIENCE))
            .endsWith(" left, silver, tea delivered");
        assertThat(dbos.retrieve("limited", String.class).result(PATIENCE))
            .endsWith(" left, silver, late tea delivered");
        assertThat(dbos.retrieve("delivered", String.class).result()).isEqualTo("sample delivered");
        assertThat(dbos.status("delayed").orElseThrow().state()).isEqualTo(WorkflowState.DELAYED);
        assertThat(dbos.status("limited").orElseThrow().deadline())
            .isPresent()
            .isEqualTo(Objects.requireNonNull(before.get("limited")).deadline());
        assertThat(dbos.status("stopped").orElseThrow().createdAt())
            .isEqualTo(Objects.requireNonNull(before.get("stopped")).createdAt());
      }
      assertThat(ledger.reservations()).isEqualTo(3);
      assertThat(ledger.stockOf("tea")).isEqualTo(7);
    }
  }

  @Test
  void queuesAndSchedulesMoveWithWhatWaitsInThem() {
    try (Site file = Site.of(Product.SQLITE);
        Site server = Site.of(Product.POSTGRESQL)) {
      try (DBOS dbos = kitchen(file.systemUrl())) {
        dbos.queues().register(Queue.named("stove").withConcurrency(2));
        dbos.schedules()
            .apply(
                Schedule.of("clean", "0 3 * * 1", "brew", "soap").withMisfire(Misfire.LAST_ONLY));
        dbos.schedules().pause("clean");
      }
      try (DbosClient client =
          DbosClient.builder(file.systemUrl()).applicationName("tea-kitchen").build()) {
        client.enqueue(BREW, "tea", StartOptions.id("queued").withQueue("pot").withPriority(7));
      }
      assertThat(admin(server.systemUrl()).moveFrom(file.systemUrl()).rows())
          .containsEntry("queues", 1L)
          .containsEntry("workflow_schedules", 1L)
          .containsEntry("java_schedules", 1L);

      try (DBOS dbos = kitchen(server.systemUrl())) {
        assertThat(dbos.queues().get("stove").orElseThrow().concurrency()).hasValue(2);
        assertThat(dbos.schedules().find("clean").orElseThrow().timing().misfire())
            .isEqualTo(Misfire.LAST_ONLY);
        assertThat(dbos.schedules().resume("clean")).isTrue();
        WorkflowStatus queued = dbos.status("queued").orElseThrow();
        assertThat(queued.state()).isEqualTo(WorkflowState.ENQUEUED);
        assertThat(queued.priority()).isEqualTo(7);
      }
    }
  }

  private static Map<String, WorkflowStatus> statuses(DbosClient client) {
    return client.list(WorkflowQuery.all()).stream()
        .collect(Collectors.toMap(WorkflowStatus::id, Function.identity()));
  }

  @Test
  void onTheOldFileNobodyStartsAnyMoreUntilTheMoveIsUndone() {
    try (Site file = Site.of(Product.SQLITE);
        Site server = Site.of(Product.POSTGRESQL)) {
      brew(file.systemUrl(), "tea-1");
      admin(server.systemUrl()).moveFrom(file.systemUrl());

      assertThatThrownBy(() -> kitchen(file.systemUrl()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("This system database was moved to postgresql://")
          .hasMessageContaining("systemDatabaseUrl(...)");
      try (DbosClient client = DbosClient.create(file.systemUrl())) {
        assertThatThrownBy(() -> client.list(WorkflowQuery.all()))
            .isInstanceOf(ConfigurationException.class)
            .hasMessageStartingWith("This system database was moved to postgresql://");
      }
      assertThat(admin(server.systemUrl()).moveFrom(file.systemUrl()).wasThere()).isTrue();
      assertThatThrownBy(() -> admin(server.anotherUrl()).moveFrom(file.systemUrl()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("dbos move --undo");

      assertThat(SystemDatabaseAdmin.undoMove(file.systemUrl())).isTrue();
      assertThat(SystemDatabaseAdmin.undoMove(file.systemUrl())).isFalse();
      brew(file.systemUrl(), "tea-2");
    }
  }

  @Test
  void aFileInUseIsNotMoved() throws Exception {
    try (Site file = Site.of(Product.SQLITE);
        Site server = Site.of(Product.POSTGRESQL)) {
      brew(file.systemUrl());
      try (DBOS dbos = kitchen(file.systemUrl())) {
        refusedAsInUse(file, server, "this process");
        assertThat(dbos.run(BREW, "tea")).isEqualTo("hot tea");
      }
      try (ChildJvm till = TillProgram.start(file.systemUrl(), "till-1", 0)) {
        till.awaitLine("up"::equals, PATIENCE);
        refusedAsInUse(file, server, "process " + till.pid() + " on ");
      }
      assertThat(admin(server.systemUrl()).moveFrom(file.systemUrl()).workflows()).isEqualTo(1);
    }
  }

  private static void refusedAsInUse(Site file, Site server, String user) {
    assertThatThrownBy(() -> admin(server.systemUrl()).moveFrom(file.systemUrl()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("is in use by " + user)
        .hasMessageEndingWith("Stop the application, then move. Nothing has been moved.");
  }

  @Test
  void whatIsThereAlreadyStaysAndHalfOfItMovesNothing() {
    try (Site file = Site.of(Product.SQLITE);
        Site server = Site.of(Product.POSTGRESQL)) {
      brew(file.systemUrl(), "tea-1", "tea-2");
      brew(server.systemUrl(), "tea-2", "tea-3");
      assertThatThrownBy(() -> admin(server.systemUrl()).moveFrom(file.systemUrl()))
          .isInstanceOf(WorkflowConflictException.class)
          .hasMessageContaining(
              "has workflows with the ids of 1 of the 2 that are to be moved, among them tea-2.");
      brew(file.systemUrl());

      try (DBOS dbos = kitchen(server.systemUrl())) {
        assertThat(dbos.status("tea-1")).isEmpty();
        dbos.delete("tea-2");
      }
      MoveReport report = admin(server.systemUrl()).moveFrom(file.systemUrl());
      assertThat(report.workflows()).isEqualTo(2);
      assertThat(report.rows()).containsEntry("application_versions", 0L);
      try (DBOS dbos = kitchen(server.systemUrl())) {
        assertThat(dbos.list(WorkflowQuery.all()))
            .extracting(WorkflowStatus::id)
            .containsExactlyInAnyOrder("tea-1", "tea-2", "tea-3");
        assertThat(dbos.versions()).hasSize(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BEFORE", "AFTER"})
  void aConnectionThatIsLostInTheCommitIsNoLoss(Moment moment) {
    try (Site file = Site.of(Product.SQLITE);
        Site server = Site.of(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy()) {
      brew(file.systemUrl(), "tea-1", "tea-2");
      brew(server.systemUrl());
      if (moment == Moment.BEFORE) {
        proxy.cutBeforeCommit();
      } else {
        proxy.cutAfterCommitSent();
      }
      String through = Premises.through(proxy, server.systemUrl());

      assertThatThrownBy(() -> admin(through).moveFrom(file.systemUrl()))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessageContaining("Move again to find out and to finish it");
      assertThatThrownBy(() -> kitchen(file.systemUrl()))
          .isInstanceOf(ConfigurationException.class);

      admin(through).moveFrom(file.systemUrl());
      try (DBOS dbos = kitchen(server.systemUrl())) {
        assertThat(dbos.list(WorkflowQuery.all())).hasSize(2);
        assertThat(dbos.steps("tea-1")).hasSize(1);
      }
    }
  }

  /** Where in its commit a connection is lost. */
  enum Moment {
    BEFORE,
    AFTER
  }

  @Test
  void whatCannotBeMovedIsSaidToBe() {
    try (Site file = Site.of(Product.SQLITE);
        Site server = Site.of(Product.POSTGRESQL)) {
      brew(file.systemUrl(), "tea-1");
      assertThatThrownBy(() -> admin(server.systemUrl()).moveFrom(server.anotherUrl()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("Only a system database in an SQLite file can be moved");
      assertThatThrownBy(() -> admin(server.systemUrl()).moveFrom("sqlite:////none/x.sqlite"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageStartingWith("There is no file /none/x.sqlite to move");
      assertThatThrownBy(() -> admin(file.anotherUrl()).moveFrom(file.systemUrl()))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("can be moved to PostgreSQL");
      brew(file.systemUrl());
    }
  }
}
