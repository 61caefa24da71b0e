package dev.dbos.benchmarks;

import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.LongStream;

/**
 * How long it takes until 1,000 and 10,000 workflows that do nothing have been put into a queue by
 * eight callers and begun, and how long from a call until the body of one begins when the queue is
 * idle; on a PostgreSQL with durable commits.
 */
final class QueueRuns {
  private static final int CALLERS = 8;
  private static final List<Integer> SIZES = List.of(1_000, 10_000);
  private static final int RATE = 2_000;
  private static final int LIMITED = 10_000;

  private QueueRuns() {}

  static void run(TestPostgres server, boolean quick) throws Exception {
    List<QueueContender> all = new ArrayList<>();
    try {
      all.add(QueueByHand.open(server.url(server.createDatabase())));
      all.add(QueueOurs.open(server.url(server.createDatabase())));
      all.add(QueueOfficial.open(server.url(server.createDatabase())));
      all.add(QueueDbScheduler.open(server.url(server.createDatabase())));
      throughput(all, quick ? 2 : 5);
      latency(all, quick ? 60 : 300);
    } finally {
      for (QueueContender one : all) {
        one.close();
      }
    }
    rateLimit(server);
  }

  private static void throughput(List<QueueContender> all, int rounds) throws Exception {
    Benchmarks.say("| queued until begun | s | to the first |%n|---|--:|--:|%n");
    for (int size : SIZES) {
      Map<QueueContender, List<Long>> nanos = new LinkedHashMap<>();
      for (int round = 0; round <= rounds; round++) {
        for (QueueContender one : all) {
          long took = drain(one, size);
          if (round > 0) {
            nanos.computeIfAbsent(one, key -> new ArrayList<>()).add(took);
          }
        }
      }
      double floor = median(Objects.requireNonNull(nanos.get(all.getFirst())));
      nanos.forEach(
          (one, times) ->
              Benchmarks.say(
                  "| %,d %s | %.3f | %.2f |%n",
                  size, one.name(), median(times) / 1e9, median(times) / floor));
    }
  }

  private static long drain(QueueContender one, int size) throws Exception {
    CountDownLatch begun = new CountDownLatch(size);
    one.whenBegun(id -> begun.countDown());
    long start = System.nanoTime();
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List<Future<Boolean>> calls = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int share = size / CALLERS;
        calls.add(
            callers.submit(
                () -> {
                  for (int i = 0; i < share; i++) {
                    one.enqueue(UUID.randomUUID().toString());
                  }
                  return true;
                }));
      }
      for (Future<Boolean> call : calls) {
        call.get();
      }
    }
    if (!begun.await(5, TimeUnit.MINUTES)) {
      throw new IllegalStateException(one.name() + " has not begun all");
    }
    return System.nanoTime() - start;
  }

  private static void latency(List<QueueContender> all, int times) throws Exception {
    Benchmarks.say("| start from an idle queue | median ms | p99 ms |%n|---|--:|--:|%n");
    for (QueueContender one : all) {
      List<Long> nanos = new ArrayList<>();
      for (int i = 0; i < times; i++) {
        LockSupport.parkNanos(
            TimeUnit.MICROSECONDS.toNanos(ThreadLocalRandom.current().nextLong(40_000, 120_000)));
        CountDownLatch begun = new CountDownLatch(1);
        long[] at = new long[1];
        one.whenBegun(
            id -> {
              at[0] = System.nanoTime();
              begun.countDown();
            });
        long start = System.nanoTime();
        one.enqueue(UUID.randomUUID().toString());
        begun.await();
        nanos.add(at[0] - start);
      }
      List<Long> sorted = nanos.stream().sorted().toList();
      Benchmarks.say(
          "| %s | %.2f | %.2f |%n",
          one.name(),
          median(nanos) / 1e6,
          sorted.get((int) Math.ceil(sorted.size() * 0.99) - 1) / 1e6);
    }
  }

  /** Three executors share a queue of 10,000 with a rate limit. */
  private static void rateLimit(TestPostgres server) throws Exception {
    String url = server.url(server.createDatabase());
    Duration period = Duration.ofSeconds(1);
    long took = QueueOurs.drainLimited(url, LIMITED, RATE, period);
    long most = mostInAnyPeriod(starts(url), period.toMillis());
    Benchmarks.say(
        "%nThree executors, %,d workflows, at most %,d starts in any second: took %.2f s, at most"
            + " %,d in any second%n",
        LIMITED, RATE, took / 1e9, most);
  }

  private static long[] starts(String url) throws SQLException {
    try (var pool = Pools.open(url);
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT started_at_epoch_ms FROM dbos.workflow_status ORDER BY 1")) {
      LongStream.Builder starts = LongStream.builder();
      while (rows.next()) {
        starts.add(rows.getLong(1));
      }
      return starts.build().toArray();
    }
  }

  private static long mostInAnyPeriod(long[] sorted, long periodMillis) {
    int most = 0;
    int from = 0;
    for (int to = 0; to < sorted.length; to++) {
      while (sorted[to] - sorted[from] >= periodMillis) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }

  private static double median(List<Long> values) {
    List<Long> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }
}
