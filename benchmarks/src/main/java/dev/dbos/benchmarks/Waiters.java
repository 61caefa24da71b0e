package dev.dbos.benchmarks;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.testing.TempSqlite;
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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * What 10,000 workflows cost that wait: a third sleep, a third wait for a message, a third for the
 * result of one of those. Then all messages are sent at once.
 */
final class Waiters {
  private static final Duration LONG = Duration.ofHours(1);
  private static final WorkflowDefinition<Integer, Integer> SLEEPER =
      WorkflowDefinition.of("sleeper", Integer.class, Integer.class);
  private static final WorkflowDefinition<Integer, Integer> RECEIVER =
      WorkflowDefinition.of("receiver", Integer.class, Integer.class);
  private static final WorkflowDefinition<Integer, Integer> FOLLOWER =
      WorkflowDefinition.of("follower", Integer.class, Integer.class);

  private final AtomicInteger waiting = new AtomicInteger();

  private Waiters() {}

  static void run(boolean quick) throws SQLException {
    int each = quick ? 1_000 : 3_334;
    Benchmarks.say(
        "%-12s %10s %14s %9s %9s %12s %12s%n",
        "database", "workflows", "heap each", "threads", "conns", "CPU, idle", "all woken in");
    TestPostgres server = TestPostgres.builder().durable().start();
    String name = server.createDatabase();
    new Waiters().measure("PostgreSQL", server.url(name), each, () -> connections(server, name));
    try (TempSqlite file = TempSqlite.create()) {
      new Waiters().measure("SQLite", file.url(), each, () -> 0);
    }
  }

  private void measure(String database, String url, int each, IntSupplier connections) {
    List<DBOS> self = new ArrayList<>();
    DBOS dbos =
        DBOS.builder("waiters")
            .systemDatabaseUrl(url)
            .closeTimeout(Duration.ofMillis(100))
            .workflow(SLEEPER, i -> begin(() -> sleep(i)))
            .workflow(
                RECEIVER, i -> begin(() -> Workflow.receive(Integer.class, LONG).orElseThrow()))
            .workflow(
                FOLLOWER,
                i -> begin(() -> self.getFirst().retrieve("receiver " + i, Integer.class).result()))
            .launch();
    try (dbos) {
      self.add(dbos);
      int threads = threads();
      long heap = heap();
      List<WorkflowHandle<Integer>> woken = new ArrayList<>();
      for (int i = 0; i < each; i++) {
        dbos.start(SLEEPER, i, StartOptions.id("sleeper " + i));
        woken.add(dbos.start(RECEIVER, i, StartOptions.id("receiver " + i)));
        woken.add(dbos.start(FOLLOWER, i, StartOptions.id("follower " + i)));
      }
      while (waiting.get() < 3 * each) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
      }
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(3));
      double perWorkflow = (heap() - heap) / (3.0 * each);
      int moreThreads = threads() - threads;
      int open = connections.getAsInt();
      double busy = busyWhileIdle();
      long begin = System.nanoTime();
      dbos.sendAll(IntStream.range(0, each).mapToObj(i -> Message.to("receiver " + i, i)).toList());
      woken.forEach(WorkflowHandle::result);
      Benchmarks.say(
          "%-12s %10d %11.1f kB %+9d %9d %10.1f %% %10.1f s%n",
          database,
          3 * each,
          perWorkflow / 1000,
          moreThreads,
          open,
          busy * 100,
          (System.nanoTime() - begin) / 1e9);
    }
  }

  private Integer begin(Supplier<Integer> wait) {
    waiting.incrementAndGet();
    return wait.get();
  }

  private static Integer sleep(Integer number) {
    Workflow.sleep(LONG);
    return number;
  }

  private static int threads() {
    return ManagementFactory.getThreadMXBean().getThreadCount();
  }

  private static long heap() {
    System.gc();
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** The part of one core that this process takes while nothing happens. */
  private static double busyWhileIdle() {
    long cpu = cpu();
    long begin = System.nanoTime();
    LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
    return (double) (cpu() - cpu) / (System.nanoTime() - begin);
  }

  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }

  private static int connections(TestPostgres server, String database) {
    try (Connection operator = server.connect(database, "operator");
        Statement statement = operator.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) - 1 FROM pg_stat_activity WHERE datname = current_database()")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
