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
import java.util.Set;
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
 * Queues of workflows that do nothing: how many a second are put in by 32 callers, claimed, run and
 * ended, from the first call until the database shows the last one as ended; and how long from a
 * call until the body of one begins when the queue is idle. The database is not asked before all
 * bodies have begun, and then once in a millisecond, alike for all.
 */
final class QueueRuns {
  private static final int CALLERS = 32;
  private static final int SIZE = 1_000;
  private static final int LARGE = 10_000;
  private static final Duration LONGEST = Duration.ofMinutes(2);
  private static final long LOOK_NANOS = Duration.ofMillis(1).toNanos();
  private static final long IDLE_NANOS = Duration.ofMillis(40).toNanos();
  private static final int LATENCIES = 5;
  private static final long LATENCY_NANOS = Duration.ofSeconds(25).toNanos();
  private static final int RATE = 2_000;
  private static final int LIMITED = 10_000;

  private final ServerCpu cpu;
  private final Map<Entrant, Long> enqueued = new LinkedHashMap<>();

  /** A contender, and a connection to look at what it leaves. */
  private record Entrant(QueueContender contender, Connection look) {}

  /** Opens a contender. */
  @FunctionalInterface
  private interface Opening {
    QueueContender open(String url) throws SQLException;
  }

  private QueueRuns(ServerCpu cpu) {
    this.cpu = cpu;
  }

  /**
   * Runs it.
   *
   * @param names of peers with dashes between their words, for only those; all without any
   */
  static List<Cell> run(TestPostgres server, Set<String> names, boolean quick) throws Exception {
    Map<String, Opening> openings = new LinkedHashMap<>();
    openings.put("by hand", QueueByHand::open);
    openings.put("dbos", QueueOurs::open);
    openings.put(Subject.OFFICIAL, QueueOfficial::open);
    openings.put(QueueDbScheduler.NAME, QueueDbScheduler::open);
    if (!quick || Peer.isNamed(QueueJobRunr.NAME, names)) {
      // It takes five seconds to look into its queue.
      openings.put(QueueJobRunr.NAME, QueueJobRunr::open);
    }
    if (openings.keySet().stream().anyMatch(name -> Peer.isNamed(name, names))) {
      openings.keySet().removeIf(name -> !Peer.isNamed(name, names));
    }
    for (Opening opening : openings.values()) {
      warmUp(server, opening, Duration.ofMillis(quick ? 1_500 : 4_000));
    }
    QueueRuns runs = new QueueRuns(ServerCpu.of(server));
    try {
      for (Opening opening : openings.values()) {
        String url = server.url(server.createDatabase());
        runs.enqueued.put(new Entrant(opening.open(url), Tally.connect(url)), 0L);
      }
      List<Cell> cells = new ArrayList<>(runs.throughput(SIZE, quick ? 3 : 6));
      if (!quick) {
        cells.addAll(runs.throughput(LARGE, 3));
      }
      cells.addAll(runs.latencies(quick ? 30 : 200));
      return cells;
    } finally {
      for (Entrant one : runs.enqueued.keySet()) {
        one.contender().close();
        one.look().close();
      }
    }
  }

  /** In a database of its own: what is left of it is nobody's burden afterwards. */
  private static void warmUp(TestPostgres server, Opening opening, Duration duration)
      throws Exception {
    String url = server.url(server.createDatabase());
    QueueRuns runs = new QueueRuns(ServerCpu.NONE);
    try (Connection look = Tally.connect(url);
        QueueContender contender = opening.open(url)) {
      long deadline = System.nanoTime() + duration.toNanos();
      while (System.nanoTime() < deadline) {
        runs.drain(new Entrant(contender, look), SIZE);
      }
    }
  }

  private List<Cell> throughput(int size, int rounds) throws Exception {
    Map<Entrant, Cell> cells = new LinkedHashMap<>();
    String workload = Report.format("W4 queue of %,d", size);
    for (int round = 0; round < rounds; round++) {
      for (Entrant one : List.copyOf(enqueued.keySet())) {
        if (size > SIZE && one.contender().name().equals(QueueJobRunr.NAME)) {
          continue; // It would take minutes.
        }
        Slice slice = Slice.measure(size, () -> drain(one, size), cpu);
        cells
            .computeIfAbsent(
                one, key -> new Cell(Subject.of(workload, CALLERS, one.contender().name())))
            .add(slice);
      }
    }
    for (Entrant one : cells.keySet()) {
      check(one);
    }
    return List.copyOf(cells.values());
  }

  private long drain(Entrant one, int size) throws Exception {
    CountDownLatch begun = new CountDownLatch(size);
    one.contender().whenBegun(id -> begun.countDown());
    long start = System.nanoTime();
    try (ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      List<Future<Boolean>> calls = new ArrayList<>();
      for (int caller = 0; caller < CALLERS; caller++) {
        int share = size / CALLERS + (caller < size % CALLERS ? 1 : 0);
        calls.add(callers.submit(() -> enqueue(one, share)));
      }
      for (Future<Boolean> call : calls) {
        call.get();
      }
    }
    enqueued.merge(one, (long) size, Long::sum);
    if (!begun.await(LONGEST.toNanos(), TimeUnit.NANOSECONDS)) {
      throw new IllegalStateException(
          one.contender().name() + " has not begun " + begun.getCount() + " of " + size);
    }
    awaitEnd(one, start);
    return System.nanoTime() - start;
  }

  private static boolean enqueue(Entrant one, int count) throws Exception {
    for (int i = 0; i < count; i++) {
      one.contender().enqueue(UUID.randomUUID().toString());
    }
    return true;
  }

  private static void awaitEnd(Entrant one, long start) throws SQLException {
    long unfinished;
    while ((unfinished = number(one, one.contender().unfinished())) > 0) {
      if (System.nanoTime() - start > LONGEST.toNanos()) {
        throw new IllegalStateException(one.contender().name() + " has not ended " + unfinished);
      }
      LockSupport.parkNanos(LOOK_NANOS);
    }
  }

  /** As many have ended well as were put in. */
  private void check(Entrant one) throws SQLException {
    String finished = one.contender().finished().orElse("");
    if (!finished.isEmpty()) {
      new Tally(Objects.requireNonNull(enqueued.get(one)), 0)
          .check(one.contender().name(), new Tally(number(one, finished), 0));
    }
  }

  private List<Cell> latencies(int times) throws Exception {
    List<Cell> cells = new ArrayList<>();
    for (Entrant one : List.copyOf(enqueued.keySet())) {
      Cell cell = new Cell(Subject.of("W4 start from an idle queue", 1, one.contender().name()));
      long begin = System.nanoTime();
      for (int i = 0;
          i < LATENCIES || (i < times && System.nanoTime() - begin < LATENCY_NANOS);
          i++) {
        // Random, so that no poll is met at the same place.
        LockSupport.parkNanos(
            IDLE_NANOS + ThreadLocalRandom.current().nextLong(one.contender().poll().toNanos()));
        cell.add(latency(one));
      }
      awaitEnd(one, System.nanoTime());
      check(one);
      cells.add(cell);
    }
    return cells;
  }

  private long latency(Entrant one) throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    long[] at = new long[1];
    one.contender()
        .whenBegun(
            id -> {
              at[0] = System.nanoTime();
              begun.countDown();
            });
    long start = System.nanoTime();
    enqueue(one, 1);
    enqueued.merge(one, 1L, Long::sum);
    begun.await();
    return at[0] - start;
  }

  private static long number(Entrant one, String query) throws SQLException {
    try (Statement statement = one.look().createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Three executors share a queue of 10,000 with a rate limit; a line that says what came of it.
   */
  static String rateLimit(TestPostgres server) throws Exception {
    String url = server.url(server.createDatabase());
    Duration period = Duration.ofSeconds(1);
    long took = QueueOurs.drainLimited(url, LIMITED, RATE, period);
    long most = mostInAnyPeriod(starts(url), period.toMillis());
    return Report.format(
        "Three executors, %,d workflows, at most %,d starts in any second: took %.2f s, at most %,d"
            + " in any second%n",
        LIMITED, RATE, took / 1e9, most);
  }

  private static long[] starts(String url) throws SQLException {
    try (Connection connection = Tally.connect(url);
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
}
