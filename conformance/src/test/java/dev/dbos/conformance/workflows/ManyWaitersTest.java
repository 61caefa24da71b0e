package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a thousand workflows cost that wait for messages, events and each other. */
@Timeout(300)
class ManyWaitersTest {
  private static final int ORDERS = 400;
  private static final int MOST_MORE_THREADS = 100;
  private static final int MOST_CONNECTIONS = 30;
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final WorkflowDefinition<Integer, String> ORDER =
      WorkflowDefinition.of("order", Integer.class, String.class);
  private static final WorkflowDefinition<Integer, String> INVOICE =
      WorkflowDefinition.of("invoice", Integer.class, String.class);
  private static final WorkflowDefinition<Integer, String> PARCEL =
      WorkflowDefinition.of("parcel", Integer.class, String.class);

  private final AtomicInteger waiting = new AtomicInteger();

  @ParameterizedTest
  @EnumSource(Product.class)
  void workflowsThatWaitTakeNeitherThreadsNorConnections(Product product) throws Exception {
    int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .workflow(
                    ORDER,
                    i -> {
                      waiting.incrementAndGet();
                      String card = Workflow.receive(String.class, LONG).orElse("-");
                      Workflow.setEvent("paid", card);
                      return card;
                    })
                .workflow(
                    INVOICE,
                    i -> {
                      waiting.incrementAndGet();
                      return Workflow.getEvent("order-" + i, "paid", String.class, LONG)
                          .orElse("-");
                    })
                .workflow(
                    PARCEL,
                    i -> {
                      waiting.incrementAndGet();
                      return self[0].retrieve("order-" + i, String.class).result();
                    })
                .launch()) {
      self[0] = dbos;
      List<WorkflowHandle<String>> all =
          IntStream.range(0, ORDERS)
              .boxed()
              .flatMap(
                  i ->
                      Stream.of(
                          dbos.start(ORDER, i, StartOptions.id("order-" + i)),
                          dbos.start(INVOICE, i, StartOptions.id("invoice-" + i)),
                          dbos.start(PARCEL, i, StartOptions.id("parcel-" + i))))
              .toList();
      Eventually.holds("all wait", () -> waiting.get() == 3 * ORDERS);
      assertThat(ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore)
          .isLessThan(MOST_MORE_THREADS);
      if (product == Product.POSTGRESQL) {
        assertThat(connections(site)).isLessThan(MOST_CONNECTIONS);
      }
      dbos.sendAll(
          IntStream.range(0, ORDERS).mapToObj(i -> Message.to("order-" + i, "visa")).toList());

      assertThat(all).allSatisfy(order -> assertThat(order.result(LONG)).isEqualTo("visa"));
    }
  }

  private static int connections(Site site) throws SQLException {
    try (Connection operator =
            TestPostgres.shared().connect(Site.databaseName(site.systemUrl()), "operator");
        Statement statement = operator.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")) {
      row.next();
      return row.getInt(1);
    }
  }
}
