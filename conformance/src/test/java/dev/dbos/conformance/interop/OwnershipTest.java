package dev.dbos.conformance.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.admin.OwnershipReport;
import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DbosException;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Several applications in one system database: each keeps to what is its own or nobody's. */
class OwnershipTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final WorkflowDefinition<String, String> BREW =
      WorkflowDefinition.of("brew", String.class, String.class);

  private static DbosBuilder shop(Site site, String name) {
    return DBOS.builder(name)
        .applicationVersion(name + "-1")
        .executorId("till-1")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(BREW, what -> Workflow.callStep("pour", () -> what + " of " + name));
  }

  private static SystemDatabaseAdmin admin(Site site) {
    return SystemDatabaseAdmin.of(
        Configuration.ofEnvironment(Map.of()).withSystemDatabaseUrl(site.systemUrl()));
  }

  /** A workflow whose process died while it ran. */
  private static void leaveUnfinished(Site site, String id) {
    Rows rows = Rows.of(site);
    rows.change("DELETE FROM operation_outputs WHERE workflow_uuid = '" + id + "'");
    rows.change(
        "UPDATE workflow_status SET status = 'PENDING', output = NULL, completed_at = NULL"
            + " WHERE workflow_uuid = '"
            + id
            + "'");
  }

  private static String owner(Site site, String id) {
    return Rows.of(site)
        .query("SELECT application_name FROM workflow_status WHERE workflow_uuid = '" + id + "'")
        .getFirst();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anApplicationRecoversOnlyItsOwnAndNobodys(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS tea = shop(site, "tea-shop").launch();
          DBOS coffee = shop(site, "coffee-shop").launch()) {
        tea.run(BREW, "green", StartOptions.id("tea-1"));
        tea.run(BREW, "black", StartOptions.id("unclaimed-1"));
        coffee.run(BREW, "moka", StartOptions.id("coffee-1"));
      }
      leaveUnfinished(site, "tea-1");
      leaveUnfinished(site, "unclaimed-1");
      leaveUnfinished(site, "coffee-1");
      Rows.of(site)
          .change(
              "UPDATE workflow_status SET application_name = NULL"
                  + " WHERE workflow_uuid = 'unclaimed-1'");

      try (DBOS tea = shop(site, "tea-shop").launch()) {
        assertThat(tea.retrieve("tea-1", String.class).result(PATIENCE))
            .isEqualTo("green of tea-shop");
        assertThat(tea.retrieve("unclaimed-1", String.class).result(PATIENCE))
            .isEqualTo("black of tea-shop");
        assertThat(tea.status("coffee-1").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
      }
      assertThat(owner(site, "unclaimed-1")).as("whoever runs it owns it").isEqualTo("tea-shop");
      assertThat(owner(site, "coffee-1")).isEqualTo("coffee-shop");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void eachListsItsOwnAndNobodysAndReachesTheOthersById(Product product) {
    try (Site site = Site.of(product);
        DBOS tea = shop(site, "tea-shop").launch();
        DBOS coffee = shop(site, "coffee-shop").launch();
        DbosClient everybody = DbosClient.create(site.systemUrl())) {
      tea.run(BREW, "green", StartOptions.id("tea-1"));
      coffee.run(BREW, "moka", StartOptions.id("coffee-1"));
      coffee.run(BREW, "milk", StartOptions.id("unclaimed-1"));
      Rows rows = Rows.of(site);
      rows.change(
          "UPDATE workflow_status SET application_name = NULL WHERE workflow_uuid = 'unclaimed-1'");

      assertThat(tea.list(WorkflowQuery.all()))
          .extracting(WorkflowStatus::id)
          .containsExactlyInAnyOrder("tea-1", "unclaimed-1");
      assertThat(tea.count(WorkflowQuery.all())).isEqualTo(2);
      assertThat(tea.list(WorkflowQuery.all().withApplication("coffee-shop")))
          .extracting(WorkflowStatus::id)
          .containsExactly("coffee-1");
      assertThat(everybody.count(WorkflowQuery.all())).isEqualTo(3);
      assertThat(tea.retrieve("coffee-1", String.class).result(PATIENCE))
          .isEqualTo("moka of coffee-shop");
      assertThat(rows.query("SELECT DISTINCT application_name FROM operation_outputs"))
          .containsExactlyInAnyOrder("tea-shop", "coffee-shop");
      assertThat(tea.versions()).singleElement().matches(v -> v.name().equals("tea-shop-1"));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAnotherApplicationForksOrResumesRunsWhereItBelongs(Product product) {
    try (Site site = Site.of(product);
        DBOS tea = shop(site, "tea-shop").launch()) {
      try (DBOS coffee = shop(site, "coffee-shop").launch()) {
        coffee.run(BREW, "moka", StartOptions.id("coffee-1"));
      }
      leaveUnfinished(site, "coffee-1");

      WorkflowHandle<Object> fork = tea.fork("coffee-1", ForkOptions.fromStep(0));
      tea.cancel("coffee-1");
      tea.resume("coffee-1");

      assertThat(owner(site, fork.id())).isEqualTo("coffee-shop");
      assertThat(owner(site, "coffee-1")).isEqualTo("coffee-shop");
      assertThat(tea.run(BREW, "green")).as("others go on").isEqualTo("green of tea-shop");
      assertThat(fork.status().state()).isEqualTo(WorkflowState.ENQUEUED);
      try (DBOS coffee = shop(site, "coffee-shop").launch()) {
        assertThat(coffee.retrieve(fork.id(), String.class).result(PATIENCE))
            .isEqualTo("moka of coffee-shop");
        assertThat(coffee.retrieve("coffee-1", String.class).result(PATIENCE))
            .isEqualTo("moka of coffee-shop");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aVersionNameOfAnotherApplicationIsRefused(Product product) {
    try (Site site = Site.of(product);
        DBOS tea = shop(site, "tea-shop").launch()) {
      assertThat(tea.versions()).hasSize(1);
      assertThatThrownBy(() -> shop(site, "coffee-shop").applicationVersion("tea-shop-1").launch())
          .isInstanceOf(DbosException.class)
          .hasMessageContaining("tea-shop-1")
          .hasMessageContaining("is already registered by application tea-shop");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRenamedApplicationGoesOnUnderItsNewName(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS tea = shop(site, "tea-shop").launch();
          DBOS coffee = shop(site, "coffee-shop").launch()) {
        tea.run(BREW, "green", StartOptions.id("tea-1"));
        tea.run(BREW, "black", StartOptions.id("tea-2"));
        coffee.run(BREW, "moka", StartOptions.id("coffee-1"));
      }
      leaveUnfinished(site, "tea-1");
      Rows rows = Rows.of(site);
      rows.change(
          "INSERT INTO queues (queue_id, name, created_at, updated_at, application_name)"
              + " VALUES ('q', 'kettle', 1, 1, 'tea-shop')");
      rows.change(
          "INSERT INTO workflow_schedules (schedule_id, schedule_name, workflow_name, schedule,"
              + " context, application_name)"
              + " VALUES ('s', 'early', 'brew', '0 6 * * *', 'null', 'tea-shop')");

      assertThat(admin(site).renameApplication("tea-shop", "tea-room"))
          .isEqualTo(new OwnershipReport(1, 1, 1, 1, 1, 1));

      assertThat(
              rows.query(
                  "SELECT application_name FROM workflow_status WHERE workflow_uuid LIKE 'tea%'"
                      + " UNION ALL SELECT application_name FROM queues"
                      + " UNION ALL SELECT application_name FROM workflow_schedules"
                      + " UNION ALL SELECT application_name FROM application_versions"
                      + " WHERE version_name = 'tea-shop-1'"))
          .hasSize(5)
          .containsOnly("tea-room");
      assertThat(owner(site, "coffee-1")).isEqualTo("coffee-shop");
      try (DBOS room = shop(site, "tea-room").applicationVersion("tea-shop-1").launch()) {
        assertThat(room.retrieve("tea-1", String.class).result(PATIENCE))
            .isEqualTo("green of tea-room");
      }
      assertThat(admin(site).renameApplication("tea-shop", "tea-room").isEmpty()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void manyFinishedWorkflowsAreRenamedInBatches(Product product) {
    try (Site site = Site.of(product)) {
      admin(site).migrate();
      String numbers =
          "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)";
      Rows rows = Rows.of(site);
      rows.change(
          numbers
              + " INSERT INTO workflow_status (workflow_uuid, status, name, application_name,"
              + " created_at, updated_at) SELECT 'old-' || i, 'SUCCESS', 'brew',"
              + " CASE WHEN i % 2 = 0 THEN 'tea-shop' END, 1, 1 FROM n");
      rows.change(
          numbers
              + " INSERT INTO operation_outputs (workflow_uuid, function_id, function_name,"
              + " application_name) SELECT 'old-' || i, 0, 'pour',"
              + " CASE WHEN i % 2 = 0 THEN 'tea-shop' END FROM n");

      assertThat(admin(site).renameApplication("tea-shop", "tea-room"))
          .isEqualTo(new OwnershipReport(0, 0, 0, 0, 1250, 1250));
      assertThat(admin(site).adoptUnclaimed("tea-room"))
          .isEqualTo(new OwnershipReport(0, 0, 0, 0, 1250, 1250));
      assertThat(
              rows.query(
                  "SELECT DISTINCT application_name FROM workflow_status UNION ALL"
                      + " SELECT DISTINCT application_name FROM operation_outputs"))
          .containsExactly("tea-room", "tea-room");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatCannotBeRenamedIsRefused(Product product) {
    try (Site site = Site.of(product)) {
      SystemDatabaseAdmin admin = admin(site);
      admin.migrate();
      assertThatThrownBy(() -> admin.renameApplication("tea-shop", "Tea Shop"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("Invalid app name Tea Shop");
      assertThatThrownBy(() -> admin.renameApplication("tea-shop", "tea-shop"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("Application tea-shop has that name already. Give another one.");
      assertThatThrownBy(() -> admin.renameApplication("", "tea-shop"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("Say which application is meant: its present name is empty.");
      Rows rows = Rows.of(site);
      rows.change(
          "INSERT INTO java_executor_leases VALUES ('till-1', 'tea-shop', 'v1', 'life', 1, "
              + Long.MAX_VALUE
              + ")");
      assertThatThrownBy(() -> admin.renameApplication("tea-shop", "tea-room"))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "Application tea-shop is running as executors [till-1]. Stop it first; nothing has"
                  + " changed.");
      rows.change("UPDATE java_executor_leases SET expires_at = 2");
      assertThat(admin.renameApplication("tea-shop", "tea-room").isEmpty()).isTrue();
    }
  }
}
