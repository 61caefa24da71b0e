package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** The line an operator finds in the log at start-up: which pools there are, and their sums. */
class ConnectionBudgetTest {
  /** Prints nothing itself; the line is logged by {@code launch()}. */
  static final class Program {
    private Program() {}

    public static void main(String[] urls) {
      PGSimpleDataSource source = new PGSimpleDataSource();
      source.setUrl(urls[3]);
      try (JdbcDatasource shop =
              JdbcDatasource.builder(urls[0])
                  .name("shop")
                  .pool(PoolOptions.DEFAULT.withMaximumSize(30))
                  .build();
          JdbcDatasource audit =
              JdbcDatasource.builder(urls[1])
                  .name("audit")
                  .pool(PoolOptions.DEFAULT.withMaximumSize(4))
                  .build();
          JdbcDatasource ledger = JdbcDatasource.builder(source).name("ledger").build();
          DBOS dbos =
              DBOS.builder("tea-shop")
                  .systemDatabaseUrl(urls[2])
                  .systemDatabasePool(PoolOptions.DEFAULT.withMaximumSize(10))
                  .datasource(shop)
                  .datasource(audit)
                  .datasource(ledger)
                  .launch()) {
        dbos.status("nobody");
      }
    }
  }

  @Test
  void theBudgetOfConnectionsIsLoggedAtStartUp() throws Exception {
    TestPostgres server = TestPostgres.shared();
    String database = server.createDatabase();
    try (TempSqlite file = TempSqlite.create();
        ChildJvm program =
            ChildJvm.builder(Program.class)
                .property("org.slf4j.simpleLogger.log.dev.dbos", "info")
                .property("org.slf4j.simpleLogger.showThreadName", "false")
                .arguments(
                    server.url(database),
                    file.url(),
                    server.url(server.createDatabase()),
                    "jdbc:postgresql://localhost:"
                        + server.port()
                        + "/"
                        + database
                        + "?user=postgres&password=postgres")
                .start()) {
      assertThat(program.awaitExit(Duration.ofSeconds(60))).isZero();

      assertThat(program.errorLines())
          .contains(
              "INFO dev.dbos.internal.sql.ConnectionBudget - Connections of tea-shop: to localhost:"
                  + server.port()
                  + " at most 41 (system database 10 + 1, shop 30); to "
                  + file.path()
                  + " at most 5 (audit 5); through data sources of the application: ledger")
          .contains(
              "INFO dev.dbos.internal.sql.Pools - Opened shop at postgresql://postgres:***@localhost:"
                  + server.port()
                  + "/"
                  + database
                  + ", with at most 30 connections");
    }
  }
}
