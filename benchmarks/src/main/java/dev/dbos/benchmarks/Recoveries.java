package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * How many workflows a second are taken up and ended, from a launch until 1,000 have ended that had
 * recorded ten steps each and have nothing else to do. By hand: one statement claims them, one
 * reads all steps, and 32 threads end them.
 */
final class Recoveries {
  private static final String WORKLOAD = "W5 recovery of 1,000 with ten steps";
  private static final int WORKFLOWS = 1_000;
  private static final int WARM_UPS = 2;
  private static final int CLIENTS = 32;
  private static final long LOOK_NANOS = Duration.ofMillis(2).toNanos();
  private static final String UNFINISHED =
      "UPDATE dbos.workflow_status SET status = 'PENDING', output = NULL, completed_at = NULL";
  private static final String REMAINING =
      "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING'";
  private static final String HAND_UNFINISHED =
      "UPDATE hand_workflow SET status = 'PENDING', output = NULL, completed_at = NULL";

  private static final String LEFT =
      "SELECT (SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'),"
          + " (SELECT count(*) FROM dbos.operation_outputs)";
  private static final String HAND_LEFT =
      "SELECT (SELECT count(*) FROM hand_workflow WHERE status = 'SUCCESS'),"
          + " (SELECT count(*) FROM hand_step)";

  private Recoveries() {}

  /** Somebody who recovers. */
  private record Recoverer(
      String name, String url, String unfinished, String left, Callable<Long> nanos) {}

  /**
   * Runs it.
   *
   * @param names of peers with dashes between their words, for only those; all without any
   */
  static List<Cell> run(TestPostgres server, Set<String> names, boolean quick) throws Exception {
    ServerCpu cpu = ServerCpu.of(server);
    List<String> all = List.of("by hand", "dbos", Subject.OFFICIAL);
    List<String> named = all.stream().filter(name -> Peer.isNamed(name, names)).toList();
    Map<Recoverer, Cell> cells = new LinkedHashMap<>();
    for (String name : named.isEmpty() ? all : named) {
      cells.put(
          name.equals("by hand") ? byHand(server) : launched(server, name),
          new Cell(Subject.of(WORKLOAD, 1, name)));
    }
    for (int round = -WARM_UPS; round < (quick ? 3 : 6); round++) {
      for (Map.Entry<Recoverer, Cell> one : cells.entrySet()) {
        execute(one.getKey().url(), one.getKey().unfinished());
        Slice slice = Slice.measure(WORKFLOWS, one.getKey().nanos(), cpu);
        check(one.getKey());
        if (round >= 0) {
          one.getValue().add(slice);
        }
      }
    }
    return List.copyOf(cells.values());
  }

  /** All have ended again, with the steps they had and no others. */
  private static void check(Recoverer one) throws SQLException {
    try (Connection connection = Tally.connect(one.url());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(one.left())) {
      row.next();
      long steps = (long) WORKFLOWS * Workload.TEN_STEPS.steps();
      new Tally(WORKFLOWS, steps).check(one.name(), new Tally(row.getLong(1), row.getLong(2)));
    }
  }

  private static Recoverer launched(TestPostgres server, String name) throws Exception {
    String url = server.url(server.createDatabase());
    Peer peer =
        Peers.postgres().stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
    prepare(peer.opening().open(url, url));
    return new Recoverer(name, url, UNFINISHED, LEFT, () -> launch(peer, url));
  }

  private static long launch(Peer peer, String url) throws Exception {
    try (HikariDataSource pool = Pools.open(url);
        Connection connection = pool.getConnection();
        PreparedStatement remaining = connection.prepareStatement(REMAINING)) {
      long begin = System.nanoTime();
      Contender launched = peer.opening().open(url, url);
      try {
        while (number(remaining) > 0) {
          LockSupport.parkNanos(LOOK_NANOS);
        }
        return System.nanoTime() - begin;
      } finally {
        launched.close();
      }
    }
  }

  private static Recoverer byHand(TestPostgres server) throws Exception {
    String url = server.url(server.createDatabase());
    prepare(ByHand.whole(url, url));
    return new Recoverer("by hand", url, HAND_UNFINISHED, HAND_LEFT, () -> recoverByHand(url));
  }

  private static long recoverByHand(String url) throws Exception {
    long begin = System.nanoTime();
    try (HikariDataSource pool = Pools.open(url);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      Map<String, Map<Integer, String>> steps = new HashMap<>();
      try (Connection connection = pool.getConnection();
          PreparedStatement claim =
              connection.prepareStatement(
                  "UPDATE hand_workflow SET owner = 'me' WHERE status = 'PENDING' RETURNING id");
          PreparedStatement read =
              connection.prepareStatement(
                  "SELECT workflow_id, step_id, output FROM hand_step"
                      + " WHERE workflow_id = ANY (?)")) {
        try (ResultSet claimed = claim.executeQuery()) {
          while (claimed.next()) {
            steps.put(claimed.getString(1), new HashMap<>());
          }
        }
        read.setArray(1, connection.createArrayOf("text", steps.keySet().toArray()));
        try (ResultSet recorded = read.executeQuery()) {
          while (recorded.next()) {
            steps
                .computeIfAbsent(recorded.getString(1), id -> new HashMap<>())
                .put(recorded.getInt(2), recorded.getString(3));
          }
        }
      }
      List<Future<?>> ends = new ArrayList<>();
      for (String id : steps.keySet()) {
        ends.add(
            threads.submit(
                () -> {
                  ByHand.end(pool, id);
                  return null;
                }));
      }
      for (Future<?> end : ends) {
        end.get();
      }
    }
    return System.nanoTime() - begin;
  }

  private static void prepare(Contender contender) throws Exception {
    try (contender;
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < WORKFLOWS; i++) {
        runs.add(
            threads.submit(
                () -> {
                  contender.run(Workload.TEN_STEPS, Slice.nextId());
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }

  private static long number(PreparedStatement query) throws SQLException {
    try (ResultSet row = query.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(String url, String sql) throws SQLException {
    try (HikariDataSource pool = Pools.open(url);
        Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
