package dev.dbos.benchmarks;

import java.util.ArrayList;
import java.util.List;

/** Bars as SVG, readable on light and on dark pages: a group for each peer, a bar for each row. */
final class Chart {
  private static final int WIDTH = 720;
  private static final int LABELS = 220;
  private static final int BAR = 16;
  private static final int GAP = 10;
  private static final int TOP = 40;
  private static final int NUMBERS = 190;

  /** Pages in dark mode give their preference to the picture. */
  static final String STYLE =
      """
      <style>
      svg { font: 13px sans-serif; color: #0969da }
      .paper { fill: #ffffff } text { fill: #24292f } .note { fill: #57606a }
      .ours { fill: #0969da } .floor { fill: #8c959f } .other { fill: #d4843e } .grid { stroke: #d0d7de }
      @media (prefers-color-scheme: dark) {
        svg { color: #4493f8 }
        .paper { fill: #0d1117 } text { fill: #e6edf3 } .note { fill: #9198a1 }
        .ours { fill: #4493f8 } .floor { fill: #6e7681 } .other { fill: #db9a5b } .grid { stroke: #3d444d }
      }
      </style>
      """;

  private Chart() {}

  /**
   * A bar.
   *
   * @param peer whose it is; those of one peer follow one another
   * @param row what it is beside the others of the peer
   * @param value its length
   * @param text what is written at its end
   */
  private record Bar(String peer, String row, double value, String text) {}

  /** Draws cells of one workload: the rates, or where there are none the median times. */
  static String draw(String workload, List<Cell> cells) {
    boolean rates = cells.getFirst().hasRate();
    List<Bar> bars = new ArrayList<>();
    for (Cell cell : cells) {
      double value = rates ? cell.median() : cell.millis(50);
      String text = Report.format(rates ? "%,.0f" : "%,.2f ms", value);
      int clients = cell.subject().clients();
      String row = clients == 1 ? "1 client" : clients + " clients";
      bars.add(new Bar(cell.subject().peer(), row, value, text));
    }
    // The cells come by clients, the chart shows them by peer.
    List<String> peers = bars.stream().map(Bar::peer).distinct().toList();
    List<Bar> grouped =
        peers.stream()
            .flatMap(peer -> bars.stream().filter(bar -> bar.peer().equals(peer)))
            .toList();
    return draw(workload + (rates ? ", workflows/s" : ", median"), grouped, peers.size());
  }

  private static String draw(String title, List<Bar> bars, int groups) {
    double longest = bars.stream().mapToDouble(Bar::value).max().orElse(1);
    int height = TOP + BAR * bars.size() + GAP * groups;
    StringBuilder svg = open(title, WIDTH, height);
    int y = TOP;
    String group = "";
    for (Bar bar : bars) {
      boolean first = !bar.peer().equals(group);
      if (first) {
        y += group.isEmpty() ? 0 : GAP;
        group = bar.peer();
        svg.append(
            Report.format(
                "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n",
                LABELS - 10, y + 12, group));
      }
      double length = (WIDTH - LABELS - NUMBERS) * bar.value() / longest;
      svg.append(
          Report.format(
              "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>%n",
              colour(group), LABELS, y, Math.max(1, length), BAR - 2));
      svg.append(
          Report.format(
              "<text x=\"%.1f\" y=\"%d\">%s <tspan class=\"note\">%s</tspan></text>%n",
              LABELS + length + 6, y + 12, bar.text(), bar.row()));
      y += BAR;
    }
    return svg.append("</svg>\n").toString();
  }

  /** The beginning of a picture. */
  static StringBuilder open(String title, int width, int height) {
    return new StringBuilder()
        .append(
            Report.format(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\""
                    + " role=\"img\" aria-label=\"%s\">%n",
                width, height, width, title))
        .append(STYLE)
        .append("<rect class=\"paper\" width=\"100%\" height=\"100%\"/>\n")
        .append(Report.format("<text x=\"10\" y=\"24\" font-weight=\"bold\">%s</text>%n", title));
  }

  private static String colour(String peer) {
    if (peer.startsWith("dbos")) {
      return "ours";
    }
    return peer.startsWith("by hand") ? "floor" : "other";
  }
}
