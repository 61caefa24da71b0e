package dev.dbos.chaos;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.error.DbosException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

/**
 * A process that starts one transfer after the other, some at a time, and goes on with what an
 * earlier process of its name has left. It does what it is told by lines, and ends with the driver.
 */
final class Worker {
  private static final PoolOptions POOL =
      PoolOptions.DEFAULT.withMaximumSize(8).withConnectionTimeout(Duration.ofSeconds(3));
  private static final int DRIVER_GONE = 3;

  private final WorkerOptions options;
  private final CrashPoints points = new CrashPoints();
  private final ShiftedClock clock;
  private final CountDownLatch toClose = new CountDownLatch(1);
  private volatile boolean draining;

  private Worker(WorkerOptions options) {
    this.options = options;
    this.clock = new ShiftedClock(options.clockOffsetMillis());
  }

  /** Expects {@link WorkerOptions} as arguments. */
  public static void main(String[] arguments) throws Exception {
    new Worker(WorkerOptions.parse(arguments)).work();
  }

  private void work() throws Exception {
    Thread.ofPlatform().daemon().name("commands").start(this::obey);
    try (JdbcDatasource savings =
            JdbcDatasource.builder(options.url(Store.SAVINGS)).name("savings").pool(POOL).build();
        JooqDatasource checking =
            JooqDatasource.builder(options.url(Store.CHECKING))
                .name("checking")
                .pool(POOL)
                .build();
        DBOS dbos = launch(new Transfers(savings, checking, points))) {
      Lines.say(Lines.LAUNCHED);
      if (options.inFlight() > 0) {
        startAll(dbos);
      }
      toClose.await();
    }
    Lines.say(Lines.CLOSED);
  }

  private DBOS launch(Transfers transfers) {
    DbosBuilder builder =
        DBOS.builder("chaos-bank")
            .systemDatabaseUrl(options.url(Store.SYSTEM))
            .systemDatabasePool(POOL)
            .applicationDatabasePool(POOL)
            .executorId(options.executorId())
            .closeTimeout(Duration.ofSeconds(1))
            .clock(clock);
    return transfers.register(builder).launch();
  }

  private void startAll(DBOS dbos) throws InterruptedException {
    Semaphore places = new Semaphore(options.inFlight());
    String prefix = options.executorId() + "-";
    long next =
        dbos.count(WorkflowQuery.all().withIdPrefix(prefix).withName(Transfers.TRANSFER.name()));
    long end = options.orders() == 0 ? Long.MAX_VALUE : options.orders();
    for (; next < end && !draining; next++) {
      places.acquire();
      if (draining) {
        return;
      }
      String id = prefix + next;
      WorkflowHandle<String> transfer =
          dbos.start(Transfers.TRANSFER, Order.of(options.seed(), id), StartOptions.id(id));
      Thread.ofVirtual().start(() -> await(transfer, places));
    }
    if (options.orders() > 0) {
      places.acquire(options.inFlight());
      toClose.countDown();
    }
  }

  private static void await(WorkflowHandle<String> transfer, Semaphore places) {
    try {
      transfer.result();
    } catch (DbosException failure) {
      // What became of it is in the database.
    } finally {
      places.release();
    }
  }

  private void obey() {
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        obey(line.split(" "));
      }
    } catch (IOException gone) {
      // As at the end of the lines.
    }
    Runtime.getRuntime().halt(DRIVER_GONE);
  }

  private void obey(String[] words) {
    switch (words[0]) {
      case Lines.DRAIN -> draining = true;
      case Lines.CLOSE -> {
        draining = true;
        toClose.countDown();
      }
      case Lines.STOP -> points.arm(Point.valueOf(words[1]), Integer.parseInt(words[2]));
      case Lines.GO -> points.leave();
      case Lines.CLOCK -> clock.shift(Long.parseLong(words[1]));
      default -> throw new IllegalArgumentException(String.join(" ", words));
    }
  }
}
