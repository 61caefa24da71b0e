package dev.dbos.benchmarks;

import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Compares this library with the same work by hand and with others, all in one run on one
 * PostgreSQL with durable commits, and on SQLite files.
 *
 * <p>Without further arguments everything is run: workflows of transactions and of steps, queues
 * and recovery on PostgreSQL, then SQLite; {@code quick} does so in short rounds. For only some of
 * it, in any order: names of workloads, {@code queues}, {@code recovery}, {@code postgres} or
 * {@code sqlite}, numbers of clients, and names of peers with dashes between their words ({@code
 * dbos-2-databases}). {@code volatile} takes a server that does not wait for its disk, which shows
 * what exchanges and processors cost alone; {@code counts} counts as well what each asks of the
 * server. Writes {@code results.md} and charts into the directory {@code target/benchmarks}, from
 * where {@code publish} puts them into the documentation.
 *
 * <p>With {@code wakeups} it measures instead how long it takes to wake who waits, with {@code
 * waiters} what 10,000 workflows cost that do, with {@code growth} whether costs {@linkplain Growth
 * stay the same} while tables, results, workflows and their number grow, with {@code jmh} what it
 * costs to write and read values.
 */
public final class Benchmarks {
  private static final List<Integer> CLIENTS = List.of(1, 32);

  private Benchmarks() {}

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    Set<String> chosen = Set.of(String.join(" ", arguments).trim().split("\\s+"));
    boolean quick = chosen.contains("quick");
    if (chosen.contains("wakeups")) {
      WakeUps.run(quick);
    } else if (chosen.contains("waiters")) {
      Waiters.run(quick);
    } else if (chosen.contains("growth")) {
      Growth.run(chosen, quick);
    } else if (chosen.contains("jmh")) {
      SerializationSpeed.run();
    } else if (chosen.contains("publish")) {
      Results.publish();
    } else {
      compare(chosen, quick);
    }
  }

  private static void compare(Set<String> chosen, boolean quick) throws Exception {
    List<Workload> workloads =
        List.of(Workload.values()).stream().filter(one -> chosen.contains(one.name())).toList();
    boolean some = !workloads.isEmpty() || chosen.contains("queues") || chosen.contains("recovery");
    boolean suite = !some || !workloads.isEmpty();
    Suite.Plan plan =
        new Suite.Plan(
            Duration.ofMillis(quick ? 1_500 : 4_000),
            Duration.ofMillis(quick ? 350 : 1_200),
            quick ? 3 : 6,
            new TreeSet<>(workloads.isEmpty() ? List.of(Workload.values()) : workloads),
            clients(chosen),
            chosen);
    Results results =
        new Results(kind(some || chosen.contains("postgres") || chosen.contains("sqlite"), quick));
    if (!chosen.contains("sqlite")) {
      TestPostgres.Builder builder = TestPostgres.builder();
      // It is stopped with this process, whatever it is still writing.
      TestPostgres server = (chosen.contains("volatile") ? builder : builder.durable()).start();
      results.addDatabase(version(server));
      if (suite) {
        results.add(Suite.onPostgres(server, plan));
      }
      if (!some || chosen.contains("queues")) {
        results.add(QueueRuns.run(server, chosen, quick));
      }
      if (!some || chosen.contains("recovery")) {
        results.add(Recoveries.run(server, chosen, quick));
      }
      if (chosen.contains("counts")) {
        results.addNote(Report.counts(Suite.count(server, plan)));
      }
      if (chosen.contains("queues")) {
        results.addNote(QueueRuns.rateLimit(server));
      }
    }
    if (suite && !chosen.contains("postgres")) {
      results.addDatabase("SQLite " + org.sqlite.SQLiteJDBCLoader.getVersion());
      results.add(Suite.onSqlite(plan));
    }
    results.write();
  }

  private static String kind(boolean part, boolean quick) {
    if (part) {
      return Results.PART;
    }
    return quick ? "Quick run, for a first impression," : "Full run";
  }

  private static String version(TestPostgres server) throws Exception {
    try (Connection connection = server.connect("postgres")) {
      return "PostgreSQL " + connection.getMetaData().getDatabaseProductVersion();
    }
  }

  private static List<Integer> clients(Set<String> chosen) {
    List<Integer> numbers =
        chosen.stream().filter(one -> one.matches("\\d+")).map(Integer::valueOf).sorted().toList();
    return numbers.isEmpty() ? CLIENTS : numbers;
  }

  @SuppressWarnings("AnnotateFormatMethod") // a program that prints tables
  static void say(String format, Object... values) {
    System.out.printf(format, values);
  }
}
