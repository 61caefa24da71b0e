package dev.dbos.benchmarks;

import dev.dbos.internal.text.TimeOrderedId;
import dev.dbos.testing.TempSqlite;
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
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Whether what this library costs stays the same while something grows: the finished workflows in
 * the tables ({@code rows}, a million, with {@code 10m} also ten), the results of steps ({@code
 * results}), the steps of a workflow ({@code steps}), the workflows at once ({@code concurrency}),
 * and the finished workflows at a launch that recovers 1,000 ({@code launch}). With one of these
 * words only that, on {@code postgres} or {@code sqlite} alone. Rates count what should stay the
 * same: workflows, steps or kilobytes.
 */
final class Growth {
  private static final String MODEL = "model";
  private static final int MILLION = 1_000_000;
  private static final int RECOVERED = 1_000;
  private static final String UNFINISHED =
      "UPDATE dbos.workflow_status SET status = 'PENDING', output = NULL, completed_at = NULL"
          + " WHERE workflow_uuid LIKE 'order-%'";
  private static final String REMAINING =
      "SELECT count(*) FROM dbos.workflow_status WHERE status = 'PENDING'";

  private final GrowthSeries.Plan plan;
  private final Set<String> chosen;

  private Growth(GrowthSeries.Plan plan, Set<String> chosen) {
    this.plan = plan;
    this.chosen = chosen;
  }

  static void run(Set<String> chosen, boolean quick) throws Exception {
    GrowthSeries.Plan plan =
        new GrowthSeries.Plan(
            Duration.ofMillis(quick ? 1_500 : 3_000),
            Duration.ofMillis(quick ? 1_000 : 2_000),
            quick ? 3 : 5);
    Growth growth = new Growth(plan, chosen);
    List<String> words = List.of("rows", "results", "steps", "concurrency", "launch");
    List<String> named = words.stream().filter(chosen::contains).toList();
    TestPostgres server = TestPostgres.builder().durable().start();
    String facts = Machine.facts(List.of("PostgreSQL", "SQLite"));
    for (String word : named.isEmpty() ? words : named) {
      List<GrowthSeries> series = growth.measure(word, server);
      Benchmarks.say("%s%n", GrowthSeries.table(series));
      Results.write("growth-" + word + ".md", facts + "\n" + GrowthSeries.table(series));
      Results.write("growth-" + word + ".svg", LineChart.draw("Growth: " + word, series));
    }
  }

  private List<GrowthSeries> measure(String word, TestPostgres server) throws Exception {
    ServerCpu cpu = ServerCpu.of(server);
    return switch (word) {
      case "rows" -> {
        List<GrowthSeries> both = new ArrayList<>();
        if (!chosen.contains("sqlite")) {
          both.addAll(rowsOnPostgres(server, cpu));
        }
        if (!chosen.contains("postgres")) {
          both.addAll(rowsOnSqlite());
        }
        yield both;
      }
      case "results" -> {
        List<GrowthSeries> both = new ArrayList<>();
        both.add(results("results", server.url(server.createDatabase()), cpu));
        try (TempSqlite file = TempSqlite.durable()) {
          both.add(results("results, SQLite", file.url(), ServerCpu.NONE));
        }
        yield both;
      }
      case "steps" -> steps(server.url(server.createDatabase()), cpu);
      case "concurrency" -> concurrency(server.url(server.createDatabase()), cpu);
      default -> launch(server, cpu);
    };
  }

  private List<GrowthSeries> rowsOnPostgres(TestPostgres server, ServerCpu cpu) throws Exception {
    Map<String, Contender> tables = new LinkedHashMap<>();
    try {
      for (int millions : chosen.contains("10m") ? List.of(0, 1, 10) : List.of(0, 1)) {
        String url = server.url(server.createDatabase());
        Contender contender = Ours.jdbc(url, url);
        tables.put(finished(millions), contender);
        contender.run(Workload.TEN_STEPS, MODEL);
        if (millions > 0) {
          GrowthFill.fill(url, MODEL, (long) millions * MILLION, 2);
        }
      }
      List<GrowthSeries> series = new ArrayList<>();
      for (Workload workload : List.of(Workload.ONE_TRANSACTION, Workload.TEN_STEPS)) {
        for (int clients : List.of(1, 32)) {
          series.add(rows(workload, "", clients, tables, cpu));
        }
      }
      return series;
    } finally {
      tables.values().forEach(Contender::close);
    }
  }

  private List<GrowthSeries> rowsOnSqlite() throws Exception {
    try (TempSqlite small = TempSqlite.durable();
        TempSqlite large = TempSqlite.durable();
        Contender few = Ours.jdbc(small.url(), small.url());
        Contender many = Ours.jdbc(large.url(), large.url())) {
      many.run(Workload.TEN_STEPS, MODEL);
      GrowthFill.fill(large.url(), MODEL, MILLION, 2);
      Map<String, Contender> tables = new LinkedHashMap<>();
      tables.put(finished(0), few);
      tables.put(finished(1), many);
      return List.of(
          rows(Workload.TEN_STEPS, ", SQLite", 1, tables, ServerCpu.NONE),
          rows(Workload.TEN_STEPS, ", SQLite", 32, tables, ServerCpu.NONE));
    }
  }

  private static String finished(int millions) {
    return millions == 0 ? "none finished" : millions + " million finished";
  }

  private GrowthSeries rows(
      Workload workload, String suffix, int clients, Map<String, Contender> tables, ServerCpu cpu)
      throws Exception {
    List<GrowthSeries.Point> points = new ArrayList<>();
    tables.forEach(
        (finished, contender) ->
            points.add(
                new GrowthSeries.Point(finished, clients, 1, id -> run(contender, workload))));
    return GrowthSeries.measure(workload.title() + suffix, "workflows", points, plan, cpu);
  }

  /** With ids as workflows have them that are not given one. */
  private static void run(Contender contender, Workload workload) throws Exception {
    contender.run(workload, TimeOrderedId.at(System.currentTimeMillis()));
  }

  private GrowthSeries results(String what, String url, ServerCpu cpu) throws Exception {
    try (GrowthWorkflows workflows = new GrowthWorkflows(url, MILLION)) {
      List<GrowthSeries.Point> points = new ArrayList<>();
      for (int kilobytes : List.of(1, 100, 1_000)) {
        points.add(
            new GrowthSeries.Point(
                Report.format("%,d kB each", kilobytes),
                1,
                10L * kilobytes,
                id -> workflows.run(10, kilobytes * 1_000)));
      }
      return GrowthSeries.measure("ten " + what, "kB", points, plan, cpu);
    }
  }

  private List<GrowthSeries> steps(String url, ServerCpu cpu) throws Exception {
    List<GrowthSeries> series = new ArrayList<>();
    try (GrowthWorkflows workflows = new GrowthWorkflows(url, 1)) {
      for (int clients : List.of(1, 32)) {
        List<GrowthSeries.Point> points = new ArrayList<>();
        for (int steps : List.of(1, 100, 1_000)) {
          points.add(
              new GrowthSeries.Point(
                  Report.format("%,d steps", steps),
                  clients,
                  steps,
                  id -> workflows.run(steps, 1)));
        }
        series.add(GrowthSeries.measure("steps", "steps", points, plan, cpu));
      }
    }
    return series;
  }

  private List<GrowthSeries> concurrency(String url, ServerCpu cpu) throws Exception {
    try (Contender contender = Ours.jdbc(url, url)) {
      List<GrowthSeries.Point> points = new ArrayList<>();
      for (int clients : List.of(1, 32, 256, 1_000, 10_000)) {
        points.add(
            new GrowthSeries.Point(
                Report.format("%,d at once", clients),
                clients,
                1,
                id -> run(contender, Workload.TEN_STEPS)));
      }
      return List.of(
          GrowthSeries.measure(Workload.TEN_STEPS.title(), "workflows", points, plan, cpu));
    }
  }

  private List<GrowthSeries> launch(TestPostgres server, ServerCpu cpu) throws Exception {
    String few = server.url(server.createDatabase());
    String many = server.url(server.createDatabase());
    List<Cell> cells = new ArrayList<>();
    for (String url : List.of(few, many)) {
      try (Contender contender = Ours.jdbc(url, url)) {
        contender.run(Workload.TEN_STEPS, MODEL);
        for (int i = 0; i < RECOVERED; i++) {
          contender.run(Workload.TEN_STEPS, Slice.nextId());
        }
      }
      cells.add(
          new Cell(
              Subject.of(
                  "launch (p50), 1,000 recovered",
                  1,
                  url.equals(few) ? "1,000 in all" : "100,000 finished")));
    }
    GrowthFill.fill(many, MODEL, MILLION / 10, 10);
    for (int round = 0; round <= plan.rounds(); round++) {
      for (int i = 0; i < cells.size(); i++) {
        // The first one is for the compiler.
        launch(
            i == 0 ? few : many, round > 0 ? cells.get(i) : new Cell(cells.get(i).subject()), cpu);
      }
    }
    return List.of(new GrowthSeries(cells.getFirst().subject().workload(), "recovered", cells));
  }

  private static void launch(String url, Cell cell, ServerCpu cpu) throws Exception {
    try (Connection look = Tally.connect(url);
        Statement statement = look.createStatement()) {
      statement.execute(UNFINISHED);
      statement.execute("VACUUM ANALYZE dbos.workflow_status");
      List<Contender> launched = new ArrayList<>();
      Slice slice =
          Slice.measure(
              RECOVERED,
              () -> {
                long begin = System.nanoTime();
                launched.add(Ours.jdbc(url, url));
                cell.add(System.nanoTime() - begin);
                while (remaining(statement) > 0) {
                  LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
                }
                return System.nanoTime() - begin;
              },
              cpu);
      launched.forEach(Contender::close);
      cell.add(slice);
    }
  }

  private static long remaining(Statement statement) throws SQLException {
    try (ResultSet row = statement.executeQuery(REMAINING)) {
      row.next();
      return row.getLong(1);
    }
  }
}
