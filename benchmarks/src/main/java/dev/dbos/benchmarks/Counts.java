package dev.dbos.benchmarks;

import dev.dbos.testing.StatementRecording;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

/**
 * What one workflow asks of the server, counted by the server and by a proxy before it, with
 * another contender than the one that is timed.
 *
 * @param exchanges how often the client waited for the server
 * @param statements that the server executed, BEGIN and COMMIT included
 * @param commits of transactions that wrote
 * @param syncs of the write-ahead log
 */
record Counts(double exchanges, double statements, double commits, double syncs) {
  private static final int WARM_UP = 20;

  /** Counts what {@code workflows} of them do. */
  static Counts of(TestPostgres server, Peer peer, Workload workload, int clients, int workflows)
      throws Exception {
    List<String> databases = databases(server, peer);
    try (TcpProxy proxy = server.proxy()) {
      List<String> urls = databases.stream().map(name -> server.url(name, proxy)).toList();
      Contender contender = peer.opening().open(urls.getFirst(), urls.getLast());
      long exchanges;
      List<StatementRecording> recorded = new ArrayList<>();
      try {
        run(contender, workload, clients, WARM_UP * clients);
        exchanges = proxy.exchanges();
        recorded.add(
            server.record(
                databases.getFirst(),
                () -> {
                  if (databases.size() > 1) {
                    recorded.add(
                        server.record(
                            databases.getLast(),
                            () -> run(contender, workload, clients, workflows)));
                  } else {
                    run(contender, workload, clients, workflows);
                  }
                }));
        exchanges = proxy.exchanges() - exchanges;
      } finally {
        contender.close();
      }
      double n = workflows;
      return new Counts(
          exchanges / n,
          recorded.stream().mapToInt(one -> one.texts().size()).sum() / n,
          recorded.stream().mapToInt(one -> one.writingCommits()).sum() / n,
          syncs(server, peer, workload, clients, workflows) / n);
    }
  }

  private static List<String> databases(TestPostgres server, Peer peer) {
    return Stream.generate(server::createDatabase).limit(peer.databases()).toList();
  }

  /**
   * What more workflows make more. A session tells the server's counters what it has done when it
   * ends, and only now and then before.
   */
  private static double syncs(
      TestPostgres server, Peer peer, Workload workload, int clients, int workflows)
      throws Exception {
    int few = WARM_UP * clients;
    long fewer = syncsOfAll(server, peer, workload, clients, few);
    return syncsOfAll(server, peer, workload, clients, few + workflows) - fewer;
  }

  private static long syncsOfAll(
      TestPostgres server, Peer peer, Workload workload, int clients, int workflows)
      throws Exception {
    List<String> urls = databases(server, peer).stream().map(server::url).toList();
    long before = syncs(server);
    Contender contender = peer.opening().open(urls.getFirst(), urls.getLast());
    try {
      run(contender, workload, clients, workflows);
    } finally {
      contender.close();
    }
    return syncs(server) - before;
  }

  private static void run(Contender contender, Workload workload, int clients, int workflows)
      throws Exception {
    try (ExecutorService callers = Executors.newFixedThreadPool(clients)) {
      List<Future<?>> runs = new ArrayList<>();
      for (int i = 0; i < workflows; i++) {
        runs.add(
            callers.submit(
                () -> {
                  contender.run(workload, Slice.nextId());
                  return null;
                }));
      }
      for (Future<?> run : runs) {
        run.get();
      }
    }
  }

  /** So far, of the sessions that have ended. */
  private static long syncs(TestPostgres server) throws SQLException {
    try (Connection connection = server.connect("postgres");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT sum(fsyncs)::bigint FROM pg_stat_io WHERE object = 'wal'")) {
      row.next();
      return row.getLong(1);
    }
  }
}
