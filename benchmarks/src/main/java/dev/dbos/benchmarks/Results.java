package dev.dbos.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results of one run, and where they go. */
final class Results {
  private static final Path DIRECTORY = Path.of("target", "benchmarks");

  /** What a run of less than everything is called. */
  static final String PART = "Run of a part";

  private static final String TABLE = "results.md";
  private static final String SUMMARY = "summary.md";

  private final String kind;
  private final List<String> databases = new ArrayList<>();
  private final List<Cell> cells = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();

  /** Those of a run that is called by its kind in what is written. */
  Results(String kind) {
    this.kind = kind;
  }

  /** Adds a product with its version. */
  void addDatabase(String database) {
    databases.add(database);
  }

  /** Adds lines of the table. */
  void add(List<Cell> more) {
    cells.addAll(more);
  }

  /** Adds Markdown below the table. */
  void addNote(String note) {
    notes.add(note);
  }

  /** Prints everything, and writes it with a chart for each workload. */
  void write() throws IOException {
    String facts = "**" + kind + "** of " + Machine.facts(databases);
    StringBuilder report = new StringBuilder(facts);
    report.append('\n').append(Report.table(cells));
    notes.forEach(note -> report.append('\n').append(note));
    Benchmarks.say("%s", report);
    Files.createDirectories(DIRECTORY);
    write(TABLE, report.toString());
    write(SUMMARY, Summary.of(cells) + "\n" + facts);
    Map<String, List<Cell>> charts =
        cells.stream()
            .collect(
                Collectors.groupingBy(
                    cell -> cell.subject().workload(), LinkedHashMap::new, Collectors.toList()));
    for (Map.Entry<String, List<Cell>> chart : charts.entrySet()) {
      write(file(chart.getKey()), Chart.draw(chart.getKey(), chart.getValue()));
    }
    Benchmarks.say("Written to %s%n", DIRECTORY.toAbsolutePath());
  }

  /** The file of a chart. */
  static String file(String title) {
    return title.toLowerCase(Locale.ROOT).replace(",", "").replaceAll("\\W+", "-") + ".svg";
  }

  /** Writes a file beside the others. */
  static void write(String file, String text) throws IOException {
    Files.createDirectories(DIRECTORY);
    Files.writeString(DIRECTORY.resolve(file), text);
  }

  /**
   * Puts what the last run wrote into the documentation, with the summary in the read-me; after one
   * of a part only what has grown.
   */
  static void publish() throws IOException {
    Path root = Path.of("").toAbsolutePath();
    while (!Files.exists(root.resolve("README.md"))) {
      root = Objects.requireNonNull(root.getParent(), "no README.md above the working directory");
    }
    Path documents = root.resolve("docs").resolve("performance");
    Files.createDirectories(documents);
    Path table = DIRECTORY.resolve(TABLE);
    boolean whole = Files.exists(table) && !Files.readString(table).contains(PART);
    try (Stream<Path> files = Files.list(DIRECTORY)) {
      for (Path file : files.filter(file -> isPublished(file, whole)).toList()) {
        Files.copy(
            file,
            documents.resolve(file.getFileName().toString()),
            StandardCopyOption.REPLACE_EXISTING);
      }
    }
    if (whole) {
      replace(root.resolve("docs/performance.md"), "results", table);
      replace(root.resolve("README.md"), "figures", DIRECTORY.resolve(SUMMARY));
    } else {
      Benchmarks.say("The last run was one of a part: only growth was published%n");
    }
  }

  private static boolean isPublished(Path file, boolean whole) {
    return !file.endsWith(SUMMARY)
        && (whole || file.getFileName().toString().startsWith("growth-"));
  }

  /** Puts the text of a file between two comments of a page. */
  private static void replace(Path page, String name, Path file) throws IOException {
    String text = Files.readString(page);
    String before = "<!-- " + name + " -->\n";
    String after = "<!-- end of " + name + " -->";
    int from = text.indexOf(before);
    int to = text.indexOf(after);
    if (from < 0 || to < from || !Files.exists(file)) {
      throw new IOException("No place for " + name + " in " + page + ", or no " + file);
    }
    Files.writeString(
        page,
        text.substring(0, from + before.length()) + Files.readString(file) + text.substring(to));
    Benchmarks.say("Written to %s%n", page);
  }
}
