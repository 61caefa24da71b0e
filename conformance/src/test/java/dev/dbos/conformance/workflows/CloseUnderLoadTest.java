package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.DbosClosedException;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Closing while everything is busy: nothing that was acknowledged is lost, and nothing is left. */
@Timeout(300)
class CloseUnderLoadTest {
  private static final WorkflowDefinition<String, Integer> COUNT =
      WorkflowDefinition.of("count", String.class, Integer.class);
  private static final int STEPS = 5_000;

  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();

  private DbosBuilder counter(Site site, int steps) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .closeTimeout(Duration.ofMillis(200))
        .workflow(
            COUNT,
            id -> {
              for (int i = 0; i < steps; i++) {
                Workflow.callStep("count", () -> "counted");
                acknowledged.add(id + "/" + i);
              }
              return steps;
            });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatWasAcknowledgedIsThereAndTheRestStaysPending(Product product) throws Exception {
    try (Site site = Site.of(product)) {
      DBOS dbos = counter(site, STEPS).launch();
      CountDownLatch refused = new CountDownLatch(4);
      AtomicInteger started = new AtomicInteger();
      List<Thread> starters =
          IntStream.range(0, 4)
              .mapToObj(
                  starter ->
                      Thread.ofVirtual()
                          .start(
                              () -> {
                                try {
                                  for (int i = 0; ; i++) {
                                    String id = starter + "-" + i;
                                    dbos.start(COUNT, id, StartOptions.id(id));
                                    started.incrementAndGet();
                                  }
                                } catch (DbosClosedException closed) {
                                  refused.countDown();
                                }
                              }))
              .toList();
      Eventually.holds("under load", () -> started.get() >= 200 && acknowledged.size() >= 500);
      Thread second = Thread.ofVirtual().start(dbos::close);
      dbos.close();
      second.join();
      Eventually.open(refused);
      for (Thread starter : starters) {
        starter.join();
      }

      SystemRows rows = SystemRows.of(site);
      Set<String> recorded =
          Set.copyOf(
              rows.query("SELECT workflow_uuid || '/' || function_id FROM operation_outputs"));
      assertThat(recorded).containsAll(acknowledged);
      assertThat(rows.query("SELECT DISTINCT status FROM workflow_status"))
          .containsExactly("PENDING");
      assertThat(Integer.parseInt(rows.query("SELECT count(*) FROM workflow_status").getFirst()))
          .isGreaterThanOrEqualTo(started.get());
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noThreadAndNoConnectionIsLeft(Product product) {
    Set<Thread> before = threads();
    boolean isServer = product == Product.POSTGRESQL;
    try (Site site = Site.of(product);
        TcpProxy network = TestPostgres.shared().proxy();
        JdbcDatasource stock = JdbcDatasource.builder(site.anotherUrl()).name("stock").build()) {
      DBOS dbos =
          counter(site, STEPS)
              .systemDatabaseUrl(
                  isServer
                      ? TestPostgres.shared().url(Site.databaseName(site.systemUrl()), network)
                      : site.systemUrl())
              .datasource(stock)
              .queue(Queue.named("counts"))
              .retention(Retention.age(Duration.ZERO))
              .schedule(Schedule.of("report", "* * * * * *", ScheduleFixture.REPORT, "tea"))
              .workflow(ScheduleFixture.REPORT, tick -> "reported")
              .launch();
      for (int i = 0; i < 100; i++) {
        StartOptions id = StartOptions.id("order-" + i);
        dbos.start(COUNT, "order-" + i, i % 2 == 0 ? id : id.withQueue("counts"));
      }
      AtomicReference<@Nullable Throwable> told = new AtomicReference<>();
      WorkflowHandle<Integer> order = dbos.retrieve("order-1", Integer.class);
      Thread waiter = Thread.ofVirtual().start(() -> told.set(catchThrowable(order::result)));
      Eventually.holds("under load", () -> acknowledged.size() >= 500);
      assertThat(network.connections() > 0).isEqualTo(isServer);

      dbos.close();

      Eventually.holds("the waiter is told", () -> !waiter.isAlive());
      assertThat(told.get()).isInstanceOf(DbosClosedException.class);
      Eventually.holds("no connection is left", () -> network.connections() == 0);
      Eventually.holds(
          "no thread is left but the datasource's",
          () ->
              threads().stream()
                  .filter(thread -> !before.contains(thread))
                  .map(Thread::getName)
                  .filter(name -> name.startsWith("dbos"))
                  .allMatch(name -> name.contains("stock")));
    }
  }

  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoClosesRightAfterALaunchThatRecoversLeavesEverythingToTheNext(Product product) {
    int orders = 120;
    try (Site site = Site.of(product)) {
      try (DBOS dbos = counter(site, STEPS).launch()) {
        for (int i = 0; i < orders; i++) {
          dbos.start(COUNT, "order-" + i, StartOptions.id("order-" + i));
        }
      }
      counter(site, STEPS).launch().close();
      counter(site, STEPS).launch().close();

      try (DBOS dbos = counter(site, 1).closeTimeout(Eventually.BOUND).launch()) {
        for (int i = 0; i < orders; i++) {
          assertThat(dbos.retrieve("order-" + i, Integer.class).result(Eventually.BOUND))
              .isEqualTo(1);
        }
      }
    }
  }
}
