package dev.dbos.benchmarks;

import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Compares this library with the same work by hand and with others, all in one run on one
 * PostgreSQL with durable commits, and on SQLite files.
 *
 * <p>Arguments, in any order: {@code quick} for short rounds; names of workloads, numbers of
 * clients, {@code postgres} or {@code sqlite}, and names of peers with dashes between their words
 * ({@code dbos-2-databases}) for only those; {@code volatile} for a server that does not wait for
 * its disk, which shows what exchanges and processors cost alone; {@code counts} to count as well
 * what each asks of the server. Writes {@code results.md} and charts into the directory {@code
 * target/benchmarks}.
 *
 * <p>With {@code wakeups} it measures instead how long it takes to wake who waits, with {@code
 * waiters} what 10,000 workflows cost that do, with {@code recovery} how fast 1,000 unfinished
 * workflows are taken up, with {@code queues} how fast queues are worked through.
 */
public final class Benchmarks {
  private static final List<Integer> CLIENTS = List.of(1, 32);
  private static final Path RESULTS = Path.of("target", "benchmarks");
  private static final int COUNTED = 200;

  private Benchmarks() {}

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Set<String> chosen = Set.of(String.join(" ", arguments).trim().split("\\s+"));
    boolean quick = chosen.contains("quick");
    if (chosen.contains("wakeups")) {
      WakeUps.run(quick);
    } else if (chosen.contains("waiters")) {
      Waiters.run(quick);
    } else if (chosen.contains("recovery")) {
      Recoveries.run(TestPostgres.builder().durable().start(), quick);
    } else if (chosen.contains("queues")) {
      QueueRuns.run(TestPostgres.builder().durable().start(), quick);
    } else {
      compare(chosen, quick);
    }
  }

  private static void compare(Set<String> chosen, boolean quick) throws Exception {
    Suite.Plan plan =
        new Suite.Plan(
            Duration.ofMillis(quick ? 1_500 : 4_000),
            Duration.ofMillis(quick ? 500 : 1_500),
            quick ? 3 : 6,
            new TreeSet<>(named(List.of(Workload.values()), chosen)),
            named(CLIENTS, chosen),
            chosen);
    List<Cell> cells = new ArrayList<>();
    Map<Cell, Counts> counts = new LinkedHashMap<>();
    if (!chosen.contains("sqlite")) {
      TestPostgres.Builder builder = TestPostgres.builder();
      // It is stopped with this process, whatever it is still writing.
      TestPostgres server = (chosen.contains("volatile") ? builder : builder.durable()).start();
      cells.addAll(Suite.onPostgres(server, plan));
      if (chosen.contains("counts")) {
        for (Cell cell : cells) {
          counts.put(
              cell, Counts.of(server, cell.peer(), cell.workload(), cell.clients(), COUNTED));
        }
      }
    }
    if (!chosen.contains("postgres")) {
      cells.addAll(Suite.onSqlite(plan));
    }
    publish(cells, counts);
  }

  private static void publish(List<Cell> cells, Map<Cell, Counts> counts) throws IOException {
    String report = Report.table(cells) + (counts.isEmpty() ? "" : "\n" + Report.counts(counts));
    say("%s", report);
    Files.createDirectories(RESULTS);
    Files.writeString(RESULTS.resolve("results.md"), report);
    Map<String, List<Cell>> charts =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    cell -> cell.workload() + ", " + cell.clients() + " clients, workflows/s",
                    LinkedHashMap::new,
                    Collectors.toList()));
    for (Map.Entry<String, List<Cell>> chart : charts.entrySet()) {
      Cell first = chart.getValue().getFirst();
      String file = first.workload().name().toLowerCase(Locale.ROOT) + "-" + first.clients();
      Files.writeString(
          RESULTS.resolve(file + ".svg"), Chart.draw(chart.getKey(), chart.getValue()));
    }
    say("Written to %s%n", RESULTS.toAbsolutePath());
  }

  /** Those that an argument names, or all. */
  private static <T> List<T> named(List<T> all, Set<String> names) {
    List<T> named = all.stream().filter(one -> names.contains(String.valueOf(one))).toList();
    return named.isEmpty() ? all : named;
  }

  @SuppressWarnings("AnnotateFormatMethod") // a program that prints tables
  static void say(String format, Object... values) {
    System.out.printf(format, values);
  }
}
