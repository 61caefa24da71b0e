package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The one datasource that belongs to a runtime: on its own URL, or on the system database. */
class ApplicationDatabaseTest {
  private static final WorkflowDefinition<String, Integer> ORDER =
      WorkflowDefinition.of("order", String.class, Integer.class);
  private static final StartOptions ID = StartOptions.id("order-42");

  private static DbosBuilder teaShop(String systemUrl) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(systemUrl)
        .workflow(
            ORDER,
            sku ->
                Workflow.applicationDatasource()
                    .callTransaction("reserve", connection -> reserve(connection, "" + sku)));
  }

  private static int reserve(Connection connection, String sku) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into reservation values (?)")) {
      insert.setString(1, sku);
      return insert.executeUpdate();
    }
  }

  private static void createTable(Datasource<Connection> datasource) throws SQLException {
    datasource.runTransaction(
        "create",
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("create table reservation (sku varchar(40))");
          }
        });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whenNoUrlIsSetItIsTheSystemDatabaseAndATransactionIsOneCommit(Product product)
      throws SQLException {
    try (Site site = Site.of(product);
        DBOS dbos = teaShop(site.systemUrl()).launch()) {
      createTable(dbos.applicationDatasource());

      assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(1);
      assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(1);

      DirectSql database = new DirectSql(site.systemUrl());
      assertThat(database.number("select count(*) from reservation")).isEqualTo(1);
      assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsExactly("reserve");
      assertThat(outputTables(database)).isZero();
      if (database.isPostgres()) {
        assertThat(database.value("select xmin from reservation"))
            .as("the transaction that wrote both")
            .isEqualTo(
                database.value(
                    "select xmin from dbos.operation_outputs where function_name = 'reserve'"));
      }
    }
  }

  private static int outputTables(DirectSql database) {
    return database.number(
        database.isPostgres()
            ? "select count(*) from information_schema.tables where table_name ="
                + " 'datasource_outputs'"
            : "select count(*) from sqlite_master where name = 'datasource_outputs'");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aUrlOfItsOwnIsOpenedAtLaunchAndKeepsTheResultsBesideTheTables(Product product)
      throws SQLException {
    try (Site site = Site.of(product, Arrangement.DIFFERENT_DATABASE)) {
      DirectSql application = new DirectSql(site.applicationUrl());
      application.execute("create table reservation (sku varchar(40))");
      try (DBOS dbos =
          teaShop(site.systemUrl()).applicationDatabaseUrl(site.applicationUrl()).launch()) {
        assertThat(outputTables(application)).isEqualTo(1);
        assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(1);
        assertThat(dbos.applicationDatasource().name()).isEqualTo("application database");
        assertThat(dbos.applicationDatasource()).isSameAs(dbos.applicationDatasource());
      }
      assertThat(application.number("select count(*) from reservation")).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatLaunchRecoversHasItAtOnce(Product product) throws Exception {
    try (Site site = Site.of(product)) {
      CountDownLatch begun = new CountDownLatch(1);
      CountDownLatch never = new CountDownLatch(1);
      try (DBOS crashing =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .closeTimeout(Duration.ZERO)
              .workflow(
                  ORDER,
                  sku -> {
                    begun.countDown();
                    Workflow.runStep("wait", () -> never.await(60, TimeUnit.SECONDS));
                    return 0;
                  })
              .launch()) {
        createTable(crashing.applicationDatasource());
        crashing.start(ORDER, "tea", ID);
        begun.await();
      }

      try (DBOS dbos = teaShop(site.systemUrl()).launch()) {
        assertThat(dbos.retrieve("order-42", Integer.class).result(Eventually.PATIENCE))
            .isEqualTo(1);
      }
      never.countDown();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void itIsClosedWithTheRuntimeAndNotBefore(Product product) throws SQLException {
    try (Site site = Site.of(product)) {
      DBOS dbos = teaShop(site.systemUrl()).launch();
      try {
        createTable(dbos.applicationDatasource());
        dbos.applicationDatasource().close();
        assertThat(dbos.run(ORDER, "tea")).isEqualTo(1);
      } finally {
        dbos.close();
      }
      assertThatThrownBy(dbos::applicationDatasource)
          .isInstanceOf(DbosClosedException.class)
          .hasMessage("This DBOS is closed, and its application datasource with it.");
      if (product == Product.POSTGRESQL) {
        awaitNoSession(Site.databaseName(site.systemUrl()));
      }
      new DirectSql(site.systemUrl()).execute("drop table reservation");
    }
  }

  /** The server takes a moment to see that a client has gone. */
  private static void awaitNoSession(String database) {
    DirectSql server = new DirectSql(TestPostgres.shared().url("postgres"));
    String count =
        "select count(*) from pg_stat_activity where backend_type = 'client backend' and datname = '"
            + database
            + "'";
    Eventually.await("no session in " + database, () -> server.number(count) == 0);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void oneConnectionForItAndOneForTheSystemDatabaseAreEnough(Product product) throws SQLException {
    PoolOptions one = PoolOptions.DEFAULT.withMaximumSize(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            teaShop(site.systemUrl())
                .systemDatabasePool(one)
                .applicationDatabasePool(one)
                .launch()) {
      createTable(dbos.applicationDatasource());
      List<WorkflowHandle<Integer>> orders = new ArrayList<>();
      for (int order = 0; order < 20; order++) {
        orders.add(dbos.start(ORDER, "tea"));
      }

      assertThat(orders).allSatisfy(order -> assertThat(order.result()).isEqualTo(1));
      assertThat(new DirectSql(site.systemUrl()).number("select count(*) from reservation"))
          .isEqualTo(20);
    }
  }

  @Test
  void inMemoryItIsTheSystemDatabaseToo() throws SQLException {
    try (DBOS dbos = teaShop("sqlite::memory:").launch()) {
      createTable(dbos.applicationDatasource());

      assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(1);
      assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(1);

      int tables =
          dbos.applicationDatasource()
              .callTransaction(
                  "look", connection -> number(connection, "select count(*) from reservation"));
      assertThat(tables).isEqualTo(1);
    }
  }

  private static int number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getInt(1);
    }
  }

  @Test
  void theTwoDatabasesMayBeOfDifferentProducts() {
    try (Site postgres = Site.of(Product.POSTGRESQL);
        TempSqlite file = TempSqlite.create();
        DBOS dbos =
            teaShop(file.url()).applicationDatabaseUrl(postgres.applicationUrl()).launch()) {
      DirectSql application = new DirectSql(postgres.applicationUrl());
      application.execute("create table reservation (sku varchar(40))");

      assertThat(dbos.run(ORDER, "tea")).isEqualTo(1);

      assertThat(application.number("select count(*) from reservation")).isEqualTo(1);
    }
  }

  @Test
  void withItsUrlAloneTheSystemDatabaseIsTheSameFile() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .applicationDatabaseUrl(file.url())
                .workflow(ORDER, sku -> 7)
                .launch()) {
      assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(7);
      assertThat(
              new DirectSql(file.url())
                  .number("select count(*) from workflow_status where workflow_uuid = 'order-42'"))
          .isEqualTo(1);
    }
  }

  @Test
  void withItsUrlAloneTheSystemDatabaseIsBesideItOnTheServer() {
    TestPostgres server = TestPostgres.shared();
    String application = server.createDatabase();
    String system = application + "_dbos_sys";
    DbosBuilder shop =
        DBOS.builder("tea-shop")
            .applicationDatabaseUrl(server.url(application))
            .workflow(ORDER, sku -> 7);

    try (DBOS dbos = shop.launch()) {
      assertThat(dbos.run(ORDER, "tea", ID)).isEqualTo(7);
    }
    assertThat(
            new DirectSql(server.url(system))
                .number("select count(*) from dbos.workflow_status where status = 'SUCCESS'"))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDatabaseThatCannotBeOpenedFailsTheLaunch(Product product) {
    try (Site site = Site.of(product)) {
      DbosBuilder shop =
          teaShop(site.systemUrl())
              .applicationDatabaseUrl(TestPostgres.shared().url("no_such_accounts"));
      assertThatThrownBy(shop::launch)
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessageStartingWith("Cannot open application database at postgresql://postgres:***@")
          .hasMessageEndingWith(
              "the database no_such_accounts does not exist. Create it, or name another.");
    }
  }
}
