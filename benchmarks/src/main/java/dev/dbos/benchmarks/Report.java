package dev.dbos.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** What was measured as Markdown, each figure as a ratio to its floor and to the official one. */
final class Report {
  private static final String OFFICIAL = "official Java";
  private static final String HEAD =
      """
      | workload | clients | | workflows/s (lowest to highest) | to its floor | to official Java \
      | p50 ms | p99 ms | CPU µs here | CPU µs server |
      |---|--:|---|--:|--:|--:|--:|--:|--:|--:|
      """;
  private static final String COUNTS_HEAD =
      """
      | workload | clients | | exchanges | statements | writing commits | log syncs |
      |---|--:|---|--:|--:|--:|--:|
      """;

  private Report() {}

  /** A table with a line for each cell. */
  static String table(List<Cell> cells) {
    StringBuilder text = new StringBuilder(HEAD);
    for (Cell cell : cells) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %d | %s | %.0f (%.0f to %.0f) | %s | %s | %.2f | %.2f | %.0f | %.0f |%n",
              cell.workload(),
              cell.clients(),
              cell.peer().name(),
              cell.median(),
              cell.lowest(),
              cell.highest(),
              ratio(cell, find(cells, cell, cell.peer().floor())),
              ratio(cell, find(cells, cell, officialFor(cell.peer()))),
              cell.millis(50),
              cell.millis(99),
              cell.clientCpuMicros(),
              cell.serverCpuMicros()));
    }
    return text.toString();
  }

  /** What one workflow asks of the server, by cell. */
  static String counts(Map<Cell, Counts> counts) {
    return COUNTS_HEAD
        + counts.entrySet().stream()
            .map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "| %s | %d | %s | %.1f | %.1f | %.1f | %.1f |%n",
                        entry.getKey().workload(),
                        entry.getKey().clients(),
                        entry.getKey().peer().name(),
                        entry.getValue().exchanges(),
                        entry.getValue().statements(),
                        entry.getValue().commits(),
                        entry.getValue().syncs()))
            .collect(Collectors.joining());
  }

  private static String officialFor(Peer peer) {
    return peer.databases() == 1 ? OFFICIAL : OFFICIAL + ", 2 databases";
  }

  private static String ratio(Cell cell, Optional<Cell> to) {
    return to.filter(other -> other != cell)
        .map(other -> String.format(Locale.ROOT, "%.2f", cell.median() / other.median()))
        .orElse("");
  }

  /** The cell of another peer at the same workload with as many clients. */
  static Optional<Cell> find(List<Cell> cells, Cell like, String peerName) {
    return cells.stream()
        .filter(cell -> cell.workload() == like.workload() && cell.clients() == like.clients())
        .filter(cell -> cell.peer().name().equals(peerName))
        .findFirst();
  }
}
