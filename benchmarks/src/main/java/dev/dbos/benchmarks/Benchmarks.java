package dev.dbos.benchmarks;

import dev.dbos.datasource.IsolationLevel;
import dev.dbos.testing.TestPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Runs every workload on every contender in interleaved rounds, with 1 and with 32 clients, on one
 * PostgreSQL with durable commits, and prints the medians and their ratio to the floor.
 *
 * <p>Argument {@code quick} for short rounds; names of workloads and numbers of clients for only
 * those; {@code volatile} for a server that does not wait for its disk, which shows what exchanges
 * and processors cost alone. With {@code wakeups} it measures instead how long it takes to wake who
 * waits, with {@code waiters} what 10,000 workflows cost that do.
 */
public final class Benchmarks {
  private static final List<Integer> CLIENTS = List.of(1, 32);

  private final Duration round;
  private final int rounds;
  private final List<Workload> workloads;
  private final List<Integer> clientCounts;
  private final AtomicInteger ids = new AtomicInteger();

  private Benchmarks(Duration round, int rounds, Set<String> chosen) {
    this.round = round;
    this.rounds = rounds;
    this.workloads = chosen(List.of(Workload.values()), chosen);
    this.clientCounts = chosen(CLIENTS, chosen);
  }

  /** Those that an argument names, or all. */
  private static <T> List<T> chosen(List<T> all, Set<String> names) {
    List<T> named = all.stream().filter(one -> names.contains(String.valueOf(one))).toList();
    return named.isEmpty() ? all : named;
  }

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Set<String> chosen = Set.of(String.join(" ", arguments).trim().split("\\s+"));
    if (chosen.contains("wakeups")) {
      WakeUps.run(chosen.contains("quick"));
      return;
    }
    if (chosen.contains("waiters")) {
      Waiters.run(chosen.contains("quick"));
      return;
    }
    Benchmarks benchmarks =
        chosen.contains("quick")
            ? new Benchmarks(Duration.ofMillis(700), 3, chosen)
            : new Benchmarks(Duration.ofSeconds(3), 6, chosen);
    TestPostgres.Builder postgres = TestPostgres.builder();
    TestPostgres server = (chosen.contains("volatile") ? postgres : postgres.durable()).start();
    List<Contender> contenders = contenders(server);
    try {
      benchmarks.run(contenders);
    } finally {
      contenders.forEach(Contender::close);
    }
  }

  private static List<Contender> contenders(TestPostgres server) throws SQLException {
    String hand = server.url(server.createDatabase());
    String one = server.url(server.createDatabase());
    String system = server.url(server.createDatabase());
    String application = server.url(server.createDatabase());
    return List.of(
        new ByHand(hand),
        new Ours("dbos, one database", one, one, IsolationLevel.READ_COMMITTED),
        new Ours("dbos, two databases", system, application, IsolationLevel.READ_COMMITTED));
  }

  private void run(List<Contender> contenders) throws Exception {
    say(
        "%-18s %-22s %7s %12s %9s%n",
        "workload", "contender", "clients", "workflows/s", "to floor");
    for (Workload workload : workloads) {
      for (int clients : clientCounts) {
        Map<Contender, List<Double>> rates = new LinkedHashMap<>();
        for (Contender contender : contenders) {
          measure(contender, workload, clients);
        }
        for (int i = 0; i < rounds; i++) {
          for (Contender contender : contenders) {
            rates
                .computeIfAbsent(contender, key -> new ArrayList<>())
                .add(measure(contender, workload, clients));
          }
        }
        print(workload, clients, contenders, rates);
      }
    }
  }

  private static void print(
      Workload workload,
      int clients,
      List<Contender> contenders,
      Map<Contender, List<Double>> rates) {
    double floor = median(Objects.requireNonNull(rates.get(contenders.getFirst())));
    rates.forEach(
        (contender, measured) ->
            say(
                "%-18s %-22s %7d %12.0f %9.2f%n",
                workload, contender.name(), clients, median(measured), median(measured) / floor));
  }

  private double measure(Contender contender, Workload workload, int clients)
      throws InterruptedException, ExecutionException {
    long begin = System.nanoTime();
    long deadline = begin + round.toNanos();
    int done = 0;
    try (ExecutorService callers = Executors.newFixedThreadPool(clients)) {
      List<Future<Integer>> counts = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        counts.add(callers.submit(() -> runUntil(deadline, contender, workload)));
      }
      for (Future<Integer> count : counts) {
        done += count.get();
      }
    }
    return done * 1e9 / (System.nanoTime() - begin);
  }

  private int runUntil(long deadline, Contender contender, Workload workload) throws SQLException {
    int done = 0;
    while (System.nanoTime() < deadline) {
      contender.run(workload, "order-" + ids.incrementAndGet());
      done++;
    }
    return done;
  }

  private static double median(List<Double> values) {
    List<Double> sorted = values.stream().sorted().toList();
    return sorted.get(sorted.size() / 2);
  }

  @SuppressWarnings("AnnotateFormatMethod") // a program that prints a table
  static void say(String format, Object... values) {
    System.out.printf(format, values);
  }
}
