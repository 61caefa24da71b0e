package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.testing.Skipped;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.cockroachdb.CockroachContainer;

/** On a real CockroachDB, wherever there is a Docker engine to run it. */
class CockroachContainerTest {
  private static final String IMAGE = "cockroachdb/cockroach:v25.2.0";

  @SuppressWarnings("NullAway.Init") // set before each test runs
  private static CockroachContainer container;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(
        DockerClientFactory.instance().isDockerAvailable(),
        () -> Skipped.loudly("CockroachContainerTest", "no Docker engine to run CockroachDB in"));
    container = new CockroachContainer(IMAGE);
    container.start();
  }

  @AfterAll
  static void stop() {
    if (container != null) {
      container.stop();
    }
  }

  @ParameterizedTest
  @EnumSource(Adapter.class)
  void workflowsWithTransactionsRunManyAtATime(Adapter adapter) throws Exception {
    String system = database("system_" + adapter.name().toLowerCase(java.util.Locale.ROOT));
    String application = database("shop_" + adapter.name().toLowerCase(java.util.Locale.ROOT));
    stockUp(application);
    Journey journey = new Journey();
    try (Shop shop = adapter.open(application, Options.DEFAULT);
        DBOS dbos = new Checkout(shop, journey).launch(system)) {
      List<WorkflowHandle<Integer>> orders = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        orders.add(dbos.start(CHECKOUT, "tea"));
      }
      for (WorkflowHandle<Integer> order : orders) {
        assertThat(order.result(PATIENCE)).isBetween(0, 9);
      }
    }
    assertThat(new DirectSql(application).number("select count(*) from reservation")).isEqualTo(10);
    assertThat(check(system)).isTrue();
  }

  private static boolean check(String url) {
    return SystemDatabaseAdmin.of(Configuration.ofEnvironment(Map.of()).withSystemDatabaseUrl(url))
        .check()
        .isUsable();
  }

  private static String database(String name) throws SQLException {
    try (Connection connection = container.createConnection("");
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + name);
    }
    return "cockroachdb://%s@%s:%d/%s?sslmode=disable"
        .formatted(
            container.getUsername(), container.getHost(), container.getMappedPort(26257), name);
  }

  private static void stockUp(String url) {
    DirectSql shop = new DirectSql(url);
    shop.execute("create table reservation (sku varchar(40) not null)");
    shop.execute("create table stock (sku varchar(40) primary key, quantity int4 not null)");
    shop.execute("insert into stock values ('tea', 10)");
  }
}
