package dev.dbos.benchmarks;

import java.util.List;
import java.util.StringJoiner;

/** How speed changes while something grows: a line for each series, flat where it does not. */
final class LineChart {
  private static final int WIDTH = 720;
  private static final int LEFT = 50;
  private static final int RIGHT = 250;
  private static final int TOP = 44;
  private static final int PLOT = 200;
  private static final int BOTTOM = 50;
  private static final int MOST_ON_A_LINE = 4;
  private static final List<String> DASHES = List.of("", "6 3", "2 3", "8 3 2 3", "1 4", "12 4");

  private LineChart() {}

  /** Draws speeds as ratios to that of the smallest. */
  static String draw(String title, List<GrowthSeries> all) {
    double highest =
        all.stream()
            .flatMap(series -> series.cells().stream().map(cell -> ratio(series, cell)))
            .max(Double::compare)
            .orElse(1.0);
    StringBuilder svg =
        Chart.open(title + ", speed to that of the smallest", WIDTH, TOP + PLOT + BOTTOM);
    grid(svg, highest);
    List<String> sizes =
        all.stream()
            .flatMap(series -> series.cells().stream().map(LineChart::size))
            .distinct()
            .toList();
    label(svg, sizes);
    for (int i = 0; i < all.size(); i++) {
      line(svg, sizes, all.get(i), i, highest);
    }
    return svg.append("</svg>\n").toString();
  }

  private static void grid(StringBuilder svg, double highest) {
    double step = highest > 4 ? Math.ceil(highest / 4) : highest > 2 ? 1 : 0.5;
    for (double value = 0; value <= highest * 1.01; value += step) {
      svg.append(
          Report.format(
              "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                  + "<text class=\"note\" x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%.1f</text>%n",
              LEFT,
              WIDTH - RIGHT,
              y(value, highest),
              y(value, highest),
              LEFT - 8,
              y(value, highest) + 4,
              value));
    }
  }

  /** Of many, every second one a little lower: they would touch each other. */
  private static void label(StringBuilder svg, List<String> sizes) {
    for (int i = 0; i < sizes.size(); i++) {
      int lower = sizes.size() > MOST_ON_A_LINE ? i % 2 : 0;
      svg.append(
          Report.format(
              "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>%n",
              x(i, sizes), TOP + PLOT + 22 + 16 * lower, sizes.get(i)));
    }
  }

  private static void line(
      StringBuilder svg, List<String> sizes, GrowthSeries series, int number, double highest) {
    StringJoiner points = new StringJoiner(" ");
    for (Cell cell : series.cells()) {
      points.add(
          Report.format(
              "%.1f,%.1f", x(sizes.indexOf(size(cell)), sizes), y(ratio(series, cell), highest)));
    }
    int label = TOP + 14 + 20 * number;
    String style =
        Report.format(
            "fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-dasharray=\"%s\"",
            DASHES.get(number % DASHES.size()));
    svg.append(Report.format("<polyline points=\"%s\" %s/>%n", points, style));
    svg.append(
        Report.format(
            "<polyline points=\"%d,%d %d,%d\" %s/>%n",
            WIDTH - RIGHT + 24, label - 4, WIDTH - RIGHT + 60, label - 4, style));
    svg.append(
        Report.format(
            "<text x=\"%d\" y=\"%d\">%s</text>%n", WIDTH - RIGHT + 66, label, name(series)));
  }

  private static String name(GrowthSeries series) {
    List<Integer> clients =
        series.cells().stream().map(cell -> cell.subject().clients()).distinct().toList();
    return clients.size() == 1 ? series.what() + ", " + clients.getFirst() : series.what();
  }

  private static double ratio(GrowthSeries series, Cell cell) {
    return cell.timesAsFastAs(series.cells().getFirst());
  }

  private static String size(Cell cell) {
    return cell.subject().peer();
  }

  private static double x(int i, List<String> sizes) {
    double width = WIDTH - LEFT - RIGHT;
    return LEFT + width * (i + 0.5) / sizes.size();
  }

  private static double y(double value, double highest) {
    return TOP + PLOT - PLOT * value / highest;
  }
}
