package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.testing.Cut;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TcpProxy.Action;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The runtime's own datasource is opened by its first use, which may come at a bad moment. */
@Timeout(300)
class ApplicationOutageTest {
  private static final WorkflowDefinition<Void, String> GREET =
      WorkflowDefinition.of("greet", Void.class, String.class);

  @Test
  void aWorkflowWaitsForItsDatasourceThatCannotBeOpenedYet() {
    TestPostgres server = TestPostgres.shared();
    AtomicBoolean away = new AtomicBoolean();
    AtomicInteger opened = new AtomicInteger();
    try (TcpProxy proxy = server.proxy();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(server.url(server.createDatabase(), proxy))
                .applicationDatabasePool(
                    PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(1)))
                .configureSystemDatabasePool(
                    pool -> {
                      if (away.get() && opened.incrementAndGet() == 2) {
                        proxy.accept();
                      }
                    })
                .workflow(
                    GREET,
                    none -> {
                      proxy.refuse();
                      proxy.cutAll();
                      away.set(true);
                      return Workflow.applicationDatasource()
                          .callTransaction("greet", connection -> "hello");
                    })
                .launch()) {
      assertThat(dbos.run(GREET)).isEqualTo("hello");
      assertThat(opened).hasValueGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void aDatabaseThatIsCutOffWhileItIsIdentifiedIsNotTakenForAnotherOne() {
    TestPostgres server = TestPostgres.shared();
    String name = server.createDatabase();
    AtomicReference<Cut> cut = new AtomicReference<>();
    try (TcpProxy proxy = server.proxy();
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(server.url(name, proxy))
                .workflow(
                    GREET,
                    none -> {
                      cut.set(
                          proxy.onClientStatement(
                              sql -> sql.contains("pg_control_system"), Action.CUT_BEFORE));
                      return Workflow.applicationDatasource()
                          .callTransaction("greet", connection -> "hello");
                    })
                .launch()) {
      assertThat(dbos.run(GREET)).isEqualTo("hello");

      assertThat(Objects.requireNonNull(cut.get()).happened()).isTrue();
      // The next process will look for the result in the system tables, as it is one database.
      assertThat(
              new DirectSql(server.url(name))
                  .number(
                      "select count(*) from information_schema.tables"
                          + " where table_name = 'datasource_outputs'"))
          .isZero();
    }
  }
}
