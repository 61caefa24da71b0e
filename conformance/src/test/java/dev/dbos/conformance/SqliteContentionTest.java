package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.conformance.Site.Arrangement;
import dev.dbos.workflow.WorkflowDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Many writers of one SQLite file in one process queue instead of failing. */
class SqliteContentionTest {
  private static final WorkflowDefinition<String, Integer> ORDER =
      WorkflowDefinition.of("order", String.class, Integer.class);
  private static final int CUSTOMERS = 40;
  private static final int ORDERS = 5;

  @Test
  void fortyThreadsWriteThroughTwoDatasourcesAndTheSystemDatabase() throws Exception {
    Setting setting = new Setting(Adapter.JDBC, Product.SQLITE, Arrangement.SAME_DATABASE);
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      Shop audit =
          premises.keep(
              Adapter.JOOQ.open(premises.site().applicationUrl(), Options.named("audit")));
      premises.ledger().application().execute("update stock set quantity = 1000");
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      sku -> {
                        shop.run("reserve", tables -> tables.reserve("tea"));
                        return audit.call("note", tables -> tables.reserve("coffee"));
                      }));

      orderAll(dbos, shop);

      int orders = CUSTOMERS * ORDERS;
      assertThat(premises.ledger().reservations()).isEqualTo(3 * orders);
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(1000 - orders);
      assertThat(premises.ledger().stockOf("coffee")).isEqualTo(1000 - orders);
      assertThat(premises.ledger().stockOf("unicorn")).isEqualTo(1000 - orders);
      assertThat(premises.ledger().recordedSteps()).isEqualTo(2 * orders);
    }
  }

  /** Each customer orders, and takes a unicorn past the workflows. */
  private static void orderAll(DBOS dbos, Shop shop) throws Exception {
    List<Future<?>> customers = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int customer = 0; customer < CUSTOMERS; customer++) {
        customers.add(
            threads.submit(
                () -> {
                  for (int order = 0; order < ORDERS; order++) {
                    dbos.run(ORDER, "tea");
                    shop.run("take", tables -> tables.reserve("unicorn"));
                  }
                  return customers;
                }));
      }
    }
    for (Future<?> customer : customers) {
      customer.get();
    }
  }
}
