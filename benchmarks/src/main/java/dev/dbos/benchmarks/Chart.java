package dev.dbos.benchmarks;

import java.util.List;
import java.util.Locale;

/** Bars of one workload with one number of clients, as SVG: one for each peer. */
final class Chart {
  private static final int WIDTH = 640;
  private static final int LABELS = 210;
  private static final int ROW = 24;
  private static final int TOP = 36;
  private static final int NUMBERS = 90;

  private Chart() {}

  /** Draws cells that differ in nothing but the peer. */
  static String draw(String title, List<Cell> cells) {
    double highest = cells.stream().mapToDouble(Cell::median).max().orElse(1);
    int height = TOP + ROW * cells.size() + 8;
    StringBuilder svg = new StringBuilder();
    line(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
            + " font-size=\"13\" role=\"img\">",
        WIDTH,
        height);
    line(svg, "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, height);
    line(svg, "<text x=\"8\" y=\"22\" font-weight=\"bold\">%s</text>", title);
    for (int i = 0; i < cells.size(); i++) {
      Cell cell = cells.get(i);
      int y = TOP + ROW * i;
      double length = (WIDTH - LABELS - NUMBERS) * cell.median() / highest;
      line(
          svg,
          "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>",
          LABELS - 8,
          y + 16,
          cell.peer().name());
      line(
          svg,
          "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
          LABELS,
          y + 3,
          length,
          ROW - 6,
          colour(cell.peer()));
      line(
          svg,
          "<text x=\"%.1f\" y=\"%d\">%,.0f</text>",
          LABELS + length + 6,
          y + 16,
          cell.median());
    }
    return svg.append("</svg>\n").toString();
  }

  private static String colour(Peer peer) {
    if (peer.name().startsWith("dbos")) {
      return "#1f77b4";
    }
    return peer.name().equals(peer.floor()) ? "#9aa5b1" : "#d98c3f";
  }

  @SuppressWarnings("AnnotateFormatMethod") // the callers above give literals
  private static void line(StringBuilder svg, String format, Object... values) {
    svg.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
