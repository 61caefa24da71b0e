package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections an application may open, and to which server: what its operator counts. */
public final class ConnectionBudget {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionBudget.class);

  private ConnectionBudget() {}

  /**
   * Logs the budget of everything {@code application} has open.
   *
   * @param beside how many connections there are to the {@code system} database beside its pool
   */
  public static void log(
      String application, Database system, int beside, List<Database> datasources) {
    Stream<Entry> entries =
        Stream.concat(
            Stream.of(new Entry(system, beside)),
            datasources.stream().map(datasource -> new Entry(datasource, 0)));
    Map<String, List<Entry>> byServer =
        entries.collect(
            Collectors.groupingBy(Entry::server, LinkedHashMap::new, Collectors.toList()));
    LOG.info(
        "Connections of {}: {}",
        application,
        byServer.entrySet().stream()
            .map(server -> server.getKey() + " " + describe(server.getValue()))
            .collect(Collectors.joining("; ")));
  }

  /** The sum where the pools are ours; how large those of the application are is its own matter. */
  private static String describe(List<Entry> entries) {
    if (entries.getFirst().database().url().isEmpty()) {
      return entries.stream()
          .map(entry -> entry.database().name())
          .collect(Collectors.joining(", "));
    }
    int sum =
        entries.stream().mapToInt(entry -> entry.database().capacity() + entry.beside()).sum();
    return "at most "
        + sum
        + entries.stream().map(Entry::toString).collect(Collectors.joining(", ", " (", ")"));
  }

  private record Entry(Database database, int beside) {
    /** Databases of one server share its limit; each SQLite file has its own. */
    String server() {
      return database
          .url()
          .map(
              url ->
                  url.kind() == DatabaseUrl.Kind.POSTGRESQL
                      ? "to " + authority(url.jdbcUrl())
                      : "to " + url.file().map(Object::toString).orElse("memory"))
          .orElse("through data sources of the application:");
    }

    @Override
    public String toString() {
      return database.name() + " " + database.capacity() + (beside == 0 ? "" : " + " + beside);
    }
  }

  private static String authority(String jdbcUrl) {
    int from = jdbcUrl.indexOf("//") + 2;
    return jdbcUrl.substring(from, jdbcUrl.indexOf('/', from));
  }
}
