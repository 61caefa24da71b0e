package dev.dbos.benchmarks;

import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Runs every workload on every peer in interleaved rounds, so that whatever else the machine does
 * meets all alike. Each peer has databases of its own; all are open from the beginning to the end.
 */
final class Suite {
  private static final int COUNTED = 500;

  private final Plan plan;
  private final String suffix;
  private final Map<Peer, Tally> run = new HashMap<>();
  private final Map<Peer, Contender> open = new LinkedHashMap<>();
  private final List<TempSqlite> files = new ArrayList<>();

  /**
   * How it is run.
   *
   * @param warmUp how long each runs every workload first, with the most clients, so that no code
   *     is measured while it is being compiled
   * @param round how long each runs at a time
   * @param rounds how often
   * @param workloads which
   * @param clients how many at once
   * @param names of peers with dashes between their words, for only those; all without any
   */
  record Plan(
      Duration warmUp,
      Duration round,
      int rounds,
      Set<Workload> workloads,
      List<Integer> clients,
      Set<String> names) {}

  private Suite(Plan plan, String suffix) {
    this.plan = plan;
    this.suffix = suffix;
  }

  /** Runs it on a PostgreSQL server. */
  static List<Cell> onPostgres(TestPostgres server, Plan plan) throws Exception {
    Suite suite = new Suite(plan, "");
    try {
      for (Peer peer : suite.wanted(Peers.postgres())) {
        String system = server.url(server.createDatabase());
        String application = peer.databases() == 1 ? system : server.url(server.createDatabase());
        suite.open.put(peer, peer.opening().open(system, application));
      }
      return suite.run(ServerCpu.of(server));
    } finally {
      suite.close();
    }
  }

  /** What the peers ask of the server, each on databases of its own. */
  static Map<Subject, Counts> count(TestPostgres server, Plan plan) throws Exception {
    Map<Subject, Counts> counts = new LinkedHashMap<>();
    for (Peer peer : new Suite(plan, "").wanted(Peers.postgres())) {
      for (Workload workload : plan.workloads()) {
        for (int clients :
            peer.workloads().contains(workload) ? plan.clients() : List.<Integer>of()) {
          counts.put(
              Subject.of(peer, workload.title(), clients),
              Counts.of(server, peer, workload, clients, COUNTED));
        }
      }
    }
    return counts;
  }

  /** Runs it on files in the directory for temporary ones. */
  static List<Cell> onSqlite(Plan plan) throws Exception {
    Suite suite = new Suite(plan, ", SQLite");
    try {
      for (Peer peer : suite.wanted(Peers.sqlite())) {
        TempSqlite file = TempSqlite.durable();
        suite.files.add(file);
        suite.open.put(peer, peer.opening().open(file.url(), file.url()));
      }
      return suite.run(ServerCpu.NONE);
    } finally {
      suite.close();
    }
  }

  private List<Peer> wanted(List<Peer> peers) {
    List<Peer> able =
        peers.stream()
            .filter(peer -> peer.workloads().stream().anyMatch(plan.workloads()::contains))
            .toList();
    List<Peer> named =
        able.stream().filter(peer -> Peer.isNamed(peer.name(), plan.names())).toList();
    return named.isEmpty() ? able : named;
  }

  private List<Cell> run(ServerCpu server) throws Exception {
    warmUp(server);
    List<Cell> cells = new ArrayList<>();
    for (Workload workload : Workload.values()) {
      if (!plan.workloads().contains(workload)) {
        continue;
      }
      for (int clients : plan.clients()) {
        cells.addAll(rounds(workload, clients, server));
      }
    }
    return cells;
  }

  private void warmUp(ServerCpu server) throws Exception {
    int clients = Math.max(8, Collections.max(plan.clients()));
    for (Map.Entry<Peer, Contender> one : open.entrySet()) {
      for (Workload workload : one.getKey().workloads()) {
        if (plan.workloads().contains(workload)) {
          measure(one, workload, clients, plan.warmUp(), server);
        }
      }
    }
  }

  private List<Cell> rounds(Workload workload, int clients, ServerCpu server) throws Exception {
    Map<Peer, Cell> cells = new LinkedHashMap<>();
    for (int round = 0; round < plan.rounds(); round++) {
      for (Map.Entry<Peer, Contender> one : open.entrySet()) {
        if (one.getKey().workloads().contains(workload)) {
          Slice slice = measure(one, workload, clients, plan.round(), server);
          cells
              .computeIfAbsent(
                  one.getKey(),
                  peer -> new Cell(Subject.of(peer, workload.title() + suffix, clients)))
              .add(slice);
        }
      }
    }
    for (Peer peer : cells.keySet()) {
      Contender contender = Objects.requireNonNull(open.get(peer));
      run.getOrDefault(peer, Tally.NONE).check(peer.name(), contender.tally());
    }
    return List.copyOf(cells.values());
  }

  private Slice measure(
      Map.Entry<Peer, Contender> one,
      Workload workload,
      int clients,
      Duration duration,
      ServerCpu server)
      throws Exception {
    Slice slice = Slice.measure(one.getValue(), workload, clients, duration, server);
    Tally before = run.getOrDefault(one.getKey(), Tally.NONE);
    run.put(
        one.getKey(), before.plus(slice.workflows(), slice.workflows() * workload.transactions()));
    return slice;
  }

  private void close() {
    open.values().forEach(Contender::close);
    files.forEach(TempSqlite::close);
  }
}
