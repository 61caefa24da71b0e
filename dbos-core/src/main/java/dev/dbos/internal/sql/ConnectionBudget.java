package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How many connections an application may open, and to which server: what its operator counts. */
public final class ConnectionBudget {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionBudget.class);

  private ConnectionBudget() {}

  /** Logs the budget of everything {@code application} has open. */
  public static void log(String application, List<Database> databases) {
    LOG.info("{}", describe(application, databases));
  }

  static String describe(String application, List<Database> databases) {
    Map<String, List<Database>> byServer =
        databases.stream()
            .collect(
                Collectors.groupingBy(
                    ConnectionBudget::server, LinkedHashMap::new, Collectors.toList()));
    return "Connections of "
        + application
        + ": "
        + byServer.entrySet().stream()
            .map(entry -> entry.getKey() + " " + pools(entry.getValue()))
            .collect(Collectors.joining("; "));
  }

  private static String pools(List<Database> databases) {
    int sum = databases.stream().mapToInt(Database::capacity).sum();
    if (databases.stream().anyMatch(database -> database.url().isEmpty())) {
      return databases.stream().map(Database::name).collect(Collectors.joining(", "));
    }
    return "at most "
        + sum
        + databases.stream()
            .map(database -> database.name() + " " + database.capacity())
            .collect(Collectors.joining(", ", " (", ")"));
  }

  /** Databases of one server share its limit; each SQLite file has its own. */
  private static String server(Database database) {
    return database
        .url()
        .map(
            url ->
                url.kind() == DatabaseUrl.Kind.POSTGRESQL
                    ? "to " + authority(url.jdbcUrl())
                    : "to " + url.file().map(Object::toString).orElse("memory"))
        .orElse("through data sources of the application:");
  }

  private static String authority(String jdbcUrl) {
    int from = jdbcUrl.indexOf("//") + 2;
    return jdbcUrl.substring(from, jdbcUrl.indexOf('/', from));
  }
}
