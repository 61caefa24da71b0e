package dev.dbos.benchmarks;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * How long it takes from the call that sends, sets an event or ends a workflow until the one who
 * waits goes on: the commits of both sides included, on a PostgreSQL and an SQLite with durable
 * commits, within one DBOS and between two on one database, which share nothing but that.
 */
final class WakeUps {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final WorkflowDefinition<String, Long> RECEIVER =
      WorkflowDefinition.of("receiver", String.class, Long.class);
  private static final WorkflowDefinition<String, Long> SETTER =
      WorkflowDefinition.of("setter", String.class, Long.class);
  private static final WorkflowDefinition<String, Long> ENDING =
      WorkflowDefinition.of("ending", String.class, Long.class);

  private final int times;
  private final Map<String, CountDownLatch> starts = new ConcurrentHashMap<>();
  private final Map<String, CompletableFuture<Long>> received = new ConcurrentHashMap<>();

  private WakeUps(int times) {
    this.times = times;
  }

  static void run(boolean quick) throws Exception {
    int times = quick ? 60 : 400;
    Benchmarks.say(
        "%-12s %-14s %-10s %9s %9s %9s%n", "database", "", "wait", "median", "p99", "max");
    TestPostgres server = TestPostgres.builder().durable().start();
    new WakeUps(times).measure("PostgreSQL", server.url(server.createDatabase()));
    try (TempSqlite file = TempSqlite.create()) {
      new WakeUps(times).measure("SQLite", file.url());
    }
  }

  private void measure(String database, String url) throws Exception {
    try (DBOS waits = launch(url, "waits");
        DBOS acts = launch(url, "acts")) {
      // Until both are told what the other does.
      LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
      measure(database, "one process", waits, waits);
      measure(database, "two processes", waits, acts);
    }
  }

  private DBOS launch(String url, String name) {
    return DBOS.builder("wake-ups")
        .systemDatabaseUrl(url)
        .executorId(name)
        .workflow(
            RECEIVER,
            id -> {
              long sentAt = Workflow.receive(Long.class, LONG).orElseThrow();
              received(String.valueOf(id)).complete(System.nanoTime() - sentAt);
              return sentAt;
            })
        .workflow(
            SETTER,
            id -> {
              await(String.valueOf(id));
              Workflow.setEvent("at", System.nanoTime());
              return 0L;
            })
        .workflow(
            ENDING,
            id -> {
              await(String.valueOf(id));
              return System.nanoTime();
            })
        .launch();
  }

  private CountDownLatch start(String id) {
    return starts.computeIfAbsent(id, key -> new CountDownLatch(1));
  }

  private CompletableFuture<Long> received(String id) {
    return received.computeIfAbsent(id, key -> new CompletableFuture<>());
  }

  private void await(String id) throws InterruptedException {
    start(id).await();
  }

  private void measure(String database, String place, DBOS waits, DBOS acts) throws Exception {
    List<Long> receives = new ArrayList<>();
    List<Long> events = new ArrayList<>();
    List<Long> results = new ArrayList<>();
    try (ExecutorService caller = Executors.newSingleThreadExecutor()) {
      for (int i = 0; i < times; i++) {
        String id = place + " " + i;
        receives.add(receive("receive " + id, waits, acts));
        events.add(event("event " + id, waits, acts, caller));
        results.add(result("result " + id, waits, acts, caller));
      }
    }
    print(database, place, "receive", receives);
    print(database, place, "getEvent", events);
    print(database, place, "result", results);
  }

  private long receive(String id, DBOS waits, DBOS acts) {
    waits.start(RECEIVER, id, StartOptions.id(id));
    whileItBeginsToWait();
    acts.send(id, System.nanoTime());
    return received(id).join();
  }

  private long event(String id, DBOS waits, DBOS acts, ExecutorService caller)
      throws InterruptedException, ExecutionException {
    acts.start(SETTER, id, StartOptions.id(id));
    Future<Long> event =
        caller.submit(
            () -> {
              long setAt = waits.getEvent(id, "at", Long.class, LONG).orElseThrow();
              return System.nanoTime() - setAt;
            });
    whileItBeginsToWait();
    start(id).countDown();
    return event.get();
  }

  private long result(String id, DBOS waits, DBOS acts, ExecutorService caller)
      throws InterruptedException, ExecutionException {
    acts.start(ENDING, id, StartOptions.id(id));
    Future<Long> result =
        caller.submit(
            () -> {
              long endedAt = waits.retrieve(id, Long.class).result();
              return System.nanoTime() - endedAt;
            });
    whileItBeginsToWait();
    start(id).countDown();
    return result.get();
  }

  /** Long enough for it to wait, and random, so that no timer is met at the same place. */
  private static void whileItBeginsToWait() {
    LockSupport.parkNanos(
        TimeUnit.MICROSECONDS.toNanos(ThreadLocalRandom.current().nextLong(40_000, 90_000)));
  }

  private static void print(String database, String place, String wait, List<Long> nanos) {
    List<Long> sorted = nanos.stream().sorted().toList();
    Benchmarks.say(
        "%-12s %-14s %-10s %6.2f ms %6.2f ms %6.2f ms%n",
        database,
        place,
        wait,
        millis(sorted.get(sorted.size() / 2)),
        millis(sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1)),
        millis(sorted.getLast()));
  }

  private static double millis(@Nullable Long nanos) {
    return nanos == null ? Double.NaN : nanos / 1e6;
  }
}
