package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.CountingDataSource;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.error.SchemaException;
import dev.dbos.error.StepFailedException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

/** Workflows seen from a process that runs none. */
class DbosClientTest {
  record Receipt(String order, int pieces) {}

  private static final class SoldOut extends RuntimeException {
    private static final long serialVersionUID = 1;

    SoldOut(String message) {
      super(message);
    }
  }

  private static final WorkflowDefinition<String, Receipt> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, Receipt.class);

  private final CountDownLatch open = new CountDownLatch(1);

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(
            CHECKOUT,
            order -> {
              if ("coffee".equals(order)) {
                throw new SoldOut("no coffee left");
              }
              if ("later".equals(order)) {
                Eventually.open(open);
              }
              return new Receipt("" + order, Workflow.callStep("count", () -> 2));
            });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void itSeesWhatAnApplicationDoes(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));

      WorkflowHandle<Receipt> handle = client.retrieve("order-1", Receipt.class);

      assertThat(handle.result()).isEqualTo(new Receipt("tea", 2));
      assertThat(handle.status().state()).isEqualTo(WorkflowState.SUCCESS);
      assertThat(client.status("order-1")).isEqualTo(dbos.status("order-1"));
      assertThat(client.list(WorkflowQuery.all())).isEqualTo(dbos.list(WorkflowQuery.all()));
      assertThat(client.steps("order-1")).extracting(StepStatus::name).containsExactly("count");
      assertThat(client.count(WorkflowQuery.all().withName("checkout"))).isEqualTo(1);
      assertThatThrownBy(() -> client.retrieve("order-9", Receipt.class))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage("There is no workflow with id order-9 in the system database.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void itWaitsForAWorkflowThatRunsElsewhere(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      dbos.start(CHECKOUT, "later", StartOptions.id("order-1"));
      WorkflowHandle<Receipt> handle = client.retrieve("order-1", Receipt.class);
      assertThatThrownBy(() -> handle.result(Duration.ofMillis(20)))
          .isInstanceOf(WaitTimeoutException.class)
          .hasMessage("Workflow order-1 did not end within 20 ms; it goes on.");
      CompletableFuture<Receipt> result = CompletableFuture.supplyAsync(handle::result);

      open.countDown();

      assertThat(result).succeedsWithin(Eventually.BOUND).isEqualTo(new Receipt("later", 2));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anErrorIsRebuiltOnlyFromTrustedPackages(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch();
        DbosClient trusting =
            DbosClient.builder(site.systemUrl()).trustedPackages("dev.dbos.conformance").build();
        DbosClient wary = DbosClient.create(site.systemUrl())) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "coffee", StartOptions.id("order-1")))
          .isInstanceOf(WorkflowFailedException.class);

      assertThatThrownBy(() -> trusting.retrieve("order-1", Receipt.class).result())
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(SoldOut.class)
          .hasMessage("no coffee left");
      assertThatThrownBy(() -> wary.retrieve("order-1", Receipt.class).result())
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(StepFailedException.class)
          .hasMessageContaining("no coffee left");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAnotherLanguageWroteInPortableJsonIsRead(Product product) {
    try (Site site = Site.of(product)) {
      shop(site).launch().close();
      ForeignRow.of("python-1")
          .set("inputs", "{\"namedArgs\": {}, \"positionalArgs\": [\"tea\"]}")
          .set("output", "{\"order\": \"tea\", \"pieces\": 3}")
          .insertInto(SystemRows.of(site));
      ForeignRow.of("python-2")
          .set("status", "ERROR")
          .set(
              "error",
              "{\"name\":\"OutOfStock\",\"message\":\"no tea left\",\"code\":7,\"data\":{}}")
          .insertInto(SystemRows.of(site));

      try (DbosClient client = DbosClient.create(site.systemUrl())) {
        assertThat(client.retrieve("python-1", Receipt.class).result())
            .isEqualTo(new Receipt("tea", 3));
        assertThat(client.status("python-1").orElseThrow().input(String.class)).contains("tea");
        assertThatThrownBy(() -> client.retrieve("python-2", Receipt.class).result())
            .isInstanceOf(WorkflowFailedException.class)
            .cause()
            .isInstanceOf(StepFailedException.class)
            .hasMessageContaining("no tea left")
            .extracting(failure -> ((StepFailedException) failure).originalType())
            .isEqualTo("OutOfStock");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void itRunsNothingAndRecoversNothing(Product product) {
    try (Site site = Site.of(product)) {
      shop(site).launch().close();
      ForeignRow.of("order-1")
          .set("status", "PENDING")
          .set("executor_id", "local")
          .set("application_version", "tea-shop")
          .insertInto(SystemRows.of(site));

      try (DbosClient client =
          DbosClient.builder(site.systemUrl()).applicationName("tea-shop").build()) {
        assertThat(client.list(WorkflowQuery.all()))
            .extracting(WorkflowStatus::state, WorkflowStatus::attempts)
            .containsExactly(tuple(WorkflowState.PENDING, 0L));
        assertThat(Thread.getAllStackTraces().keySet())
            .extracting(Thread::getName)
            .noneMatch(name -> name.equals("dbos outcome watcher"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withoutANameItSeesAllApplicationsAndWithOneItsOwn(Product product) {
    try (Site site = Site.of(product)) {
      shop(site).launch().close();
      ForeignRow.of("mine").insertInto(SystemRows.of(site));
      ForeignRow.of("nobodys").setNull("application_name").insertInto(SystemRows.of(site));
      ForeignRow.of("theirs").set("application_name", "bank").insertInto(SystemRows.of(site));

      try (DbosClient all = DbosClient.create(site.systemUrl());
          DbosClient own =
              DbosClient.builder(site.systemUrl()).applicationName("tea-shop").build()) {
        assertThat(all.list(WorkflowQuery.all()))
            .extracting(WorkflowStatus::id)
            .containsExactly("mine", "nobodys", "theirs");
        assertThat(own.list(WorkflowQuery.all()))
            .extracting(WorkflowStatus::id)
            .containsExactly("mine", "nobodys");
      }
    }
  }

  @Test
  void itConnectsWhenItIsUsedAndNotBeforeAndAgainAfterAFailure() {
    try (Site site = Site.of(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy()) {
      shop(site).launch().close();
      String url = TestPostgres.shared().url(Site.databaseName(site.systemUrl()), proxy);
      proxy.refuse();

      try (DbosClient client = DbosClient.create(url)) {
        assertThatThrownBy(() -> client.count(WorkflowQuery.all()))
            .isInstanceOf(DatabaseUnavailableException.class)
            .hasMessageContaining("system database");

        proxy.accept();

        assertThat(client.count(WorkflowQuery.all())).isZero();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aPoolOfTheCallersIsUsedAndNotClosed(Product product) throws Exception {
    try (Site site = Site.of(product)) {
      shop(site).launch().close();
      CountingDataSource pool = new CountingDataSource(dataSource(site));

      try (DbosClient client = DbosClient.from(pool)) {
        assertThat(pool.connections()).isZero();
        assertThat(client.count(WorkflowQuery.all())).isZero();
        assertThat(pool.connections()).isPositive();
      }

      pool.getConnection().close();
    }
  }

  private static DataSource dataSource(Site site) {
    String jdbcUrl = DatabaseUrl.parse(site.systemUrl()).jdbcUrl();
    if (site.product() == Product.SQLITE) {
      SQLiteDataSource source = new SQLiteDataSource();
      source.setUrl(jdbcUrl);
      return source;
    }
    DatabaseUrl url = DatabaseUrl.parse(site.systemUrl());
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setUrl(jdbcUrl);
    url.user().ifPresent(source::setUser);
    url.password().ifPresent(source::setPassword);
    return source;
  }

  @Test
  void itsPoolIsSmallAndThreadsThatWaitHoldNoConnection() {
    try (Site site = Site.of(Product.POSTGRESQL);
        DBOS dbos = shop(site).launch();
        DbosClient client =
            DbosClient.builder(site.systemUrl())
                .pool(PoolOptions.DEFAULT.withMaximumSize(1))
                .build()) {
      dbos.start(CHECKOUT, "later", StartOptions.id("order-1"));
      List<CompletableFuture<Receipt>> results = new ArrayList<>();
      for (int customer = 0; customer < 20; customer++) {
        CompletableFuture<Receipt> result = new CompletableFuture<>();
        Thread.startVirtualThread(
            () -> result.complete(client.retrieve("order-1", Receipt.class).result()));
        results.add(result);
      }

      Eventually.holds("others get a turn", () -> client.count(WorkflowQuery.all()) == 1);
      open.countDown();

      assertThat(results).allSatisfy(result -> assertThat(result).succeedsWithin(Eventually.BOUND));
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'dbos_client'"
                          + " AND datname = current_database()"))
          .containsExactly("1");
    }
  }

  @Test
  void missingTablesAreNotMade() {
    try (Site postgres = Site.of(Product.POSTGRESQL);
        TempSqlite file = TempSqlite.create();
        DbosClient client = DbosClient.create(postgres.systemUrl());
        DbosClient empty = DbosClient.create(file.url())) {
      assertThatThrownBy(() -> client.count(WorkflowQuery.all()))
          .isInstanceOf(SchemaException.class)
          .hasMessage(
              "The system database has no system tables, but this version of dbos requires version"
                  + " 108. A client changes no tables: launch the application, or run \"dbos"
                  + " migrate\", and see that this is its database and \"dbos\" its schema.");
      assertThatThrownBy(() -> empty.count(WorkflowQuery.all()))
          .isInstanceOf(DatabaseUnavailableException.class);
    }
  }

  @Test
  void aFileThatIsNotThereIsNotMade(@TempDir Path directory) {
    Path file = directory.resolve("none").resolve("tea.sqlite");
    try (DbosClient client = DbosClient.create("sqlite:///" + file)) {
      assertThatThrownBy(() -> client.list(WorkflowQuery.all()))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessage(
              "The system database file "
                  + file
                  + " does not exist, and a client makes none. Launch the application first, or see"
                  + " that the URL names its file.");
      assertThat(Files.exists(directory.resolve("none"))).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void tablesThatAreTooOldAreSaidToBeAndLeftAlone(Product product) {
    try (Site site = Site.of(product)) {
      shop(site).launch().close();
      SystemRows.of(site).change("UPDATE dbos_migrations SET version = 104");

      try (DbosClient client = DbosClient.create(site.systemUrl())) {
        assertThatThrownBy(() -> client.status("order-1"))
            .isInstanceOf(SchemaException.class)
            .hasMessage(
                "The system database is at schema version 104, but this version of dbos requires"
                    + " version 108. A client changes no tables: launch the application, or run"
                    + " \"dbos migrate\".");
        assertThat(SystemRows.of(site).query("SELECT version FROM dbos_migrations"))
            .containsExactly("104");
      }
    }
  }

  @Test
  void aDatabaseInMemoryCannotBeSharedSoItIsRefused() {
    assertThatThrownBy(() -> DbosClient.create("sqlite::memory:"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "A system database in memory is seen only by the DBOS that has it. Give that one a file"
                + " or PostgreSQL, or use it itself instead of a DbosClient.");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void closingEndsItsWaitsAndItsUse(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.start(CHECKOUT, "later", StartOptions.id("order-1"));
      DbosClient client = DbosClient.create(site.systemUrl());
      WorkflowHandle<Receipt> handle = client.retrieve("order-1", Receipt.class);
      CompletableFuture<Receipt> result = CompletableFuture.supplyAsync(handle::result);

      client.close();
      client.close();

      assertThat(result)
          .failsWithin(Eventually.BOUND)
          .withThrowableThat()
          .withCauseInstanceOf(DbosClosedException.class);
      assertThatThrownBy(() -> client.count(WorkflowQuery.all()))
          .isInstanceOf(DbosClosedException.class)
          .hasMessage("The connection to the system database has been closed. Open another.");
      assertThat(dbos.status("order-1").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
      open.countDown();
    }
  }
}
