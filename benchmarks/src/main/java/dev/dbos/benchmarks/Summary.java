package dev.dbos.benchmarks;

import java.util.List;
import java.util.stream.Collectors;

/** The ratios of this library at a glance, as Markdown. */
final class Summary {
  private static final List<Integer> BOTH = List.of(1, 32);
  private static final List<Line> LINES =
      List.of(
          new Line("a workflow of one transaction", "W1 one transaction", "dbos", BOTH),
          new Line("a workflow of ten transactions", "W2 ten transactions", "dbos", BOTH),
          new Line("a workflow of ten steps", "W3 ten steps", "dbos", BOTH),
          new Line("1,000 workflows through a queue", "W4 queue of 1,000", "dbos", List.of(32)),
          new Line(
              "1,000 workflows recovered",
              "W5 recovery of 1,000 with ten steps",
              "dbos",
              List.of(1)),
          new Line(
              "a workflow of ten steps, SQLite", "W3 ten steps, SQLite", "dbos, SQLite", BOTH));

  private Summary() {}

  /** A line: a workload, and the numbers of clients to show. */
  private record Line(String title, String workload, String peer, List<Integer> clients) {
    String of(List<Cell> cells) {
      List<Cell> ours =
          clients.stream()
              .flatMap(number -> Report.find(cells, workload, number, peer).stream())
              .toList();
      return ours.isEmpty()
          ? ""
          : Report.format(
              "| %s | %s | %s | %s |%n",
              title,
              join(ours.stream().map(cell -> Integer.toString(cell.subject().clients())).toList()),
              join(ours.stream().map(cell -> ratio(cells, cell, cell.subject().floor())).toList()),
              join(
                  ours.stream()
                      .map(cell -> ratio(cells, cell, cell.subject().official()))
                      .toList()));
    }

    private static String join(List<String> values) {
      return values.stream().distinct().count() == 1
          ? values.getFirst()
          : values.stream().collect(Collectors.joining(" / "));
    }

    private static String ratio(List<Cell> cells, Cell cell, String peer) {
      String ratio = Report.ratio(cells, cell, peer);
      return ratio.isEmpty() ? "-" : ratio;
    }
  }

  /** The lines for which there are figures. */
  static String of(List<Cell> cells) {
    return """
        | times as fast as | clients | JDBC by hand | the official Java library |
        |---|--:|--:|--:|
        """
        + LINES.stream().map(line -> line.of(cells)).collect(Collectors.joining());
  }
}
