package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A disk without space: workflows wait until there is some, and nothing is recorded as an error.
 */
@Timeout(300)
class FullDiskTest {
  private static final WorkflowDefinition<Void, Integer> FILL =
      WorkflowDefinition.of("fill", Void.class, Integer.class);
  private static final int PAGES = 1_000;
  private static final String LIMIT = "pragma max_page_count = " + PAGES;

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @Test
  void checkpointsWaitForSpaceInTheSystemDatabase() {
    try (Site site = Site.of(Product.SQLITE);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .configureSystemDatabasePool(pool -> pool.setConnectionInitSql(LIMIT))
                .workflow(
                    FILL,
                    none -> {
                      reached.countDown();
                      Eventually.open(goOn);
                      return Workflow.callStep("write", () -> "x".repeat(100_000)).length();
                    })
                .launch()) {
      WorkflowHandle<Integer> fill = dbos.start(FILL, null, StartOptions.id("fill"));
      Eventually.open(reached);
      SystemRows rows = SystemRows.of(site);
      rows.change("CREATE TABLE filler (bytes blob)");
      while (Integer.parseInt(rows.query("PRAGMA page_count").getFirst()) < PAGES) {
        rows.change("INSERT INTO filler VALUES (zeroblob(100000))");
      }
      goOn.countDown();
      Eventually.holds("it waits", () -> dbos.health().work().running() == 1);
      assertThat(rows.query("SELECT error FROM operation_outputs")).isEmpty();
      rows.change("DELETE FROM filler");

      assertThat(fill.result(Eventually.BOUND)).isEqualTo(100_000);
      assertThat(rows.query("SELECT count(*) FROM operation_outputs WHERE error IS NOT NULL"))
          .containsExactly("0");
    }
  }

  @Test
  void aTransactionWaitsForSpaceInItsDatabase() throws SQLException {
    AtomicInteger attempts = new AtomicInteger();
    try (Site site = Site.of(Product.SQLITE);
        JdbcDatasource stock =
            JdbcDatasource.builder(site.anotherUrl())
                .name("stock")
                .configurePool(pool -> pool.setConnectionInitSql(LIMIT))
                .build();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .datasource(stock)
                .workflow(
                    FILL,
                    none ->
                        stock.callTransaction(
                            "fill",
                            connection -> {
                              // The third attempt needs less: somebody has made space.
                              int bytes = attempts.incrementAndGet() < 3 ? 8_000_000 : 100_000;
                              execute(
                                  connection, "insert into fill values (zeroblob(" + bytes + "))");
                              return bytes;
                            }))
                .launch()) {
      stock.runTransaction(
          "make", connection -> execute(connection, "create table fill (bytes blob)"));

      assertThat(dbos.run(FILL, null, StartOptions.id("fill"))).isEqualTo(100_000);
      assertThat(attempts).hasValue(3);
      assertThat(dbos.steps("fill")).hasSize(1);
    }
  }

  @Test
  void postgresqlsFullDiskIsWaitedForToo() throws SQLException {
    AtomicInteger attempts = new AtomicInteger();
    try (Site site = Site.of(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy()) {
      String url = TestPostgres.shared().url(Site.databaseName(site.anotherUrl()), proxy);
      try (JdbcDatasource stock = JdbcDatasource.builder(url).name("stock").build();
          DBOS dbos =
              DBOS.builder("tea-shop")
                  .systemDatabaseUrl(site.systemUrl())
                  .datasource(stock)
                  .workflow(
                      FILL,
                      none ->
                          stock.callTransaction(
                              "fill",
                              connection -> {
                                if (attempts.incrementAndGet() < 3) {
                                  execute(
                                      connection,
                                      "do $$ begin raise exception 'no space left'"
                                          + " using errcode = '53100'; end $$");
                                }
                                return attempts.get();
                              }))
                  .launch()) {
        assertThat(dbos.run(FILL, null, StartOptions.id("fill"))).isEqualTo(3);
        proxy.answerCommitWithError("53100", "could not extend file");
        assertThat(dbos.run(FILL, null, StartOptions.id("again"))).isGreaterThanOrEqualTo(4);
        assertThat(dbos.steps("again")).hasSize(1);
      }
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
