package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Runs workflows for a long time and prints once a minute what it uses, in columns: seconds, ended
 * workflows, heap after a collection in MB, platform threads, open connections. Arguments: the
 * product, the duration, and optionally how many at once (default 50).
 */
final class Soak {
  private static final WorkflowDefinition<String, String> DAY =
      WorkflowDefinition.of("day", String.class, String.class);

  private Soak() {}

  public static void main(String[] arguments) throws Exception {
    Product product = Product.valueOf(arguments[0]);
    Duration duration = Duration.parse(arguments[1]);
    int atOnce = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 50;
    Semaphore places = new Semaphore(atOnce);
    AtomicLong ended = new AtomicLong();
    long begin = System.nanoTime();
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS dbos =
            place
                .executor(stock, Lease.of(Duration.ofSeconds(10)), (point, what) -> {})
                .retention(Retention.age(Duration.ofSeconds(30)))
                .workflow(
                    DAY,
                    id -> {
                      Workflow.setEvent("begun", id);
                      Workflow.sleep(Duration.ofMillis(5));
                      String shipped = Workflow.start(LeaseProgram.CHECKOUT, id).result();
                      Workflow.writeStream("log", shipped);
                      return shipped;
                    })
                .launch()) {
      long nextReport = begin;
      while (System.nanoTime() - begin < duration.toNanos()) {
        places.acquire();
        String id = UUID.randomUUID().toString();
        var handle = dbos.start(DAY, id, StartOptions.id(id));
        Thread.ofVirtual()
            .start(
                () -> {
                  handle.result();
                  ended.incrementAndGet();
                  places.release();
                });
        if (System.nanoTime() >= nextReport) {
          nextReport += Duration.ofMinutes(1).toNanos();
          report(dbos, begin, ended.get());
        }
      }
      places.acquire(atOnce);
      report(dbos, begin, ended.get());
    }
  }

  private static void report(DBOS dbos, long begin, long ended) {
    System.gc();
    System.out.printf(
        "%6d %9d %6d %5d %5d %s%n",
        (System.nanoTime() - begin) / 1_000_000_000,
        ended,
        ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20,
        ManagementFactory.getThreadMXBean().getThreadCount(),
        dbos.health().pools().stream().mapToInt(pool -> pool.active() + pool.idle()).sum(),
        dbos.health().problems());
  }
}
