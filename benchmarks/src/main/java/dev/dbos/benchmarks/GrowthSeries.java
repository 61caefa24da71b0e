package dev.dbos.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was measured of one workload while one thing grows.
 *
 * @param what the workload
 * @param unit what the rates count
 * @param cells from the smallest to the largest
 */
record GrowthSeries(String what, String unit, List<Cell> cells) {
  private static final int WARM_UP_CLIENTS = 8;

  /**
   * One size.
   *
   * @param size what the table calls it
   * @param clients how many at once
   * @param units how many of what the rates count are in one workflow
   * @param unit runs one workflow
   */
  record Point(String size, int clients, long units, Slice.Unit unit) {}

  /** How it is measured. */
  record Plan(Duration warmUp, Duration round, int rounds) {}

  /** Measures all sizes in interleaved rounds. */
  static GrowthSeries measure(
      String what, String unit, List<Point> points, Plan plan, ServerCpu server) throws Exception {
    for (Point point : points) {
      int clients = Math.max(WARM_UP_CLIENTS, Math.min(point.clients(), 32));
      Slice.measure(point.unit(), clients, plan.warmUp(), server);
    }
    Map<Point, Cell> cells = new LinkedHashMap<>();
    for (int round = 0; round < plan.rounds(); round++) {
      for (Point point : points) {
        Slice slice = Slice.measure(point.unit(), point.clients(), plan.round(), server);
        cells
            .computeIfAbsent(
                point, key -> new Cell(Subject.of(what, point.clients(), point.size())))
            .add(slice.of(point.units()));
      }
    }
    return new GrowthSeries(what, unit, List.copyOf(cells.values()));
  }

  /** All series as Markdown. */
  static String table(List<GrowthSeries> all) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| | clients | | per s (lowest to highest) | of | to the smallest | p50 ms | p99 ms"
            + " | CPU µs here | CPU µs server |");
    lines.add("|---|--:|---|--:|---|--:|--:|--:|--:|--:|");
    for (GrowthSeries series : all) {
      for (Cell cell : series.cells()) {
        lines.add(series.line(cell));
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private String line(Cell cell) {
    return Report.format(
        "| %s | %,d | %s | %,.0f (%,.0f to %,.0f) | %s | %.2f | %.2f | %.2f | %.1f | %.1f |",
        what,
        cell.subject().clients(),
        cell.subject().peer(),
        cell.median(),
        cell.lowest(),
        cell.highest(),
        unit,
        cell.timesAsFastAs(cells.getFirst()),
        cell.millis(50),
        cell.millis(99),
        cell.clientCpuMicros(),
        cell.serverCpuMicros());
  }
}
