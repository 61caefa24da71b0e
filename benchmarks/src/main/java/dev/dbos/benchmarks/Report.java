package dev.dbos.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was measured as Markdown, each figure also as a ratio to those of others. */
final class Report {
  private static final String HEAD =
      """
      | workload | clients | | workflows/s (lowest to highest) | to its floor | to official Java \
      | to db-scheduler | to JobRunr | p50 ms | p99 ms | CPU µs here | CPU µs server |
      |---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
      """;
  private static final String COUNTS_HEAD =
      """
      | workload | clients | | exchanges | statements | writing commits | log syncs |
      |---|--:|---|--:|--:|--:|--:|
      """;

  private Report() {}

  /** A table with a line for each cell; every ratio is that of speeds, so more is faster. */
  static String table(List<Cell> cells) {
    return HEAD + cells.stream().map(cell -> line(cells, cell)).collect(Collectors.joining());
  }

  private static String line(List<Cell> cells, Cell cell) {
    Subject subject = cell.subject();
    return format(
        "| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |%n",
        subject.workload(),
        subject.clients(),
        subject.peer(),
        cell.hasRate()
            ? format("%.0f (%.0f to %.0f)", cell.median(), cell.lowest(), cell.highest())
            : "",
        ratio(cells, cell, subject.floor()),
        ratio(cells, cell, subject.official()),
        ratio(cells, cell, QueueDbScheduler.NAME),
        ratio(cells, cell, QueueJobRunr.NAME),
        cell.hasLatencies() ? format("%.2f", cell.millis(50)) : "",
        cell.hasLatencies() ? format("%.2f", cell.millis(99)) : "",
        cell.hasRate() ? format("%.0f", cell.clientCpuMicros()) : "",
        cell.hasRate() && cell.serverCpuMicros() > 0 ? format("%.0f", cell.serverCpuMicros()) : "");
  }

  /** What one workflow asks of the server. */
  static String counts(Map<Subject, Counts> counts) {
    return COUNTS_HEAD
        + counts.entrySet().stream()
            .map(
                entry ->
                    format(
                        "| %s | %d | %s | %.1f | %.1f | %.1f | %.1f |%n",
                        entry.getKey().workload(),
                        entry.getKey().clients(),
                        entry.getKey().peer(),
                        entry.getValue().exchanges(),
                        entry.getValue().statements(),
                        entry.getValue().commits(),
                        entry.getValue().syncs()))
            .collect(Collectors.joining());
  }

  /** How many times as fast as another peer, or nothing when that was not measured. */
  static String ratio(List<Cell> cells, Cell cell, String peer) {
    return find(cells, cell.subject().workload(), cell.subject().clients(), peer)
        .filter(other -> other != cell)
        .map(cell::timesAsFastAs)
        .map(ratio -> format(ratio < 10 ? "%.2f" : ratio < 100 ? "%.1f" : "%.0f", ratio))
        .orElse("");
  }

  /** The cell of a peer. */
  static Optional<Cell> find(List<Cell> cells, String workload, int clients, String peer) {
    return cells.stream()
        .filter(cell -> cell.subject().workload().equals(workload))
        .filter(cell -> cell.subject().clients() == clients && cell.subject().peer().equals(peer))
        .findFirst();
  }

  /** In English, whatever the machine speaks. */
  @SuppressWarnings("AnnotateFormatMethod") // the callers give literals
  static String format(String format, Object... values) {
    return String.format(Locale.ROOT, format, values);
  }
}
