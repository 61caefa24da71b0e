package dev.dbos.conformance.interop;

import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.testing.SampleDatabase;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A system database in which an official SDK ran workflows: its tables, its rows, and what the SDK
 * itself showed of them.
 */
enum Sample {
  TYPESCRIPT_5_AT_123(SampleDatabase.TYPESCRIPT_5, "ts", Product.POSTGRESQL),
  TYPESCRIPT_4_AT_108(SampleDatabase.TYPESCRIPT_4, "ts", Product.POSTGRESQL),
  PYTHON_AT_108(SampleDatabase.PYTHON, "py", Product.POSTGRESQL),
  PYTHON_IN_A_FILE(SampleDatabase.PYTHON_ON_SQLITE, "py", Product.SQLITE);

  private final SampleDatabase files;
  private final String prefix;
  private final Product product;

  Sample(SampleDatabase files, String prefix, Product product) {
    this.files = files;
    this.prefix = prefix;
    this.product = product;
  }

  Product product() {
    return product;
  }

  /** The id of one of its workflows. */
  String id(String name) {
    return prefix + "-" + name;
  }

  /** The application that wrote it. */
  String application() {
    return "interop-" + prefix;
  }

  /** Where that language begins to count steps. */
  int firstStep() {
    return prefix.equals("py") ? 1 : 0;
  }

  /** The format of what that language does not write portably. */
  String nativeFormat() {
    return prefix.equals("py") ? "py_pickle" : "js_superjson";
  }

  /** The rows of a table. */
  List<Map<String, @Nullable Object>> rows(String table) {
    return lines("rows.jsonl").stream()
        .map(Json::object)
        .filter(line -> table.equals(line.get("table")))
        .map(line -> Json.object(line, "row"))
        .toList();
  }

  /** What the SDK's worker got from its workflows: id, and result or error. */
  List<Map<String, @Nullable Object>> results() {
    return lines("worker-output.jsonl").stream().map(Json::object).toList();
  }

  /** What the SDK's client listed: workflows, then the steps of two of them. */
  List<List<Map<String, @Nullable Object>>> listings() {
    List<List<Map<String, @Nullable Object>>> blocks = new ArrayList<>();
    blocks.add(new ArrayList<>());
    for (String line : files.text("client-output.jsonl").lines().toList()) {
      if (line.isBlank()) {
        blocks.add(new ArrayList<>());
      } else {
        blocks.getLast().add(Json.object(line));
      }
    }
    return blocks;
  }

  /** A fresh database with all of it. */
  Site restore() {
    Site site = Site.of(product);
    try (Connection connection = connect(site);
        Statement statement = connection.createStatement()) {
      if (product == Product.POSTGRESQL) {
        // Of an extension that not every server has; only a default of TypeScript's needs it.
        statement.execute(
            "CREATE FUNCTION public.uuid_generate_v4() RETURNS uuid"
                + " LANGUAGE sql AS 'SELECT gen_random_uuid()'");
      }
      for (String sql : files.schema()) {
        statement.execute(sql);
      }
      List<String> later = new ArrayList<>();
      for (String line : lines("rows.jsonl")) {
        // What refers to workflows goes last.
        if (line.startsWith("{\"table\": \"workflow_status\"")) {
          insert(connection, line);
        } else {
          later.add(line);
        }
      }
      for (String line : later) {
        insert(connection, line);
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
    return site;
  }

  /** A connection that sees the system tables. */
  static Connection connect(Site site) throws SQLException {
    if (site.product() == Product.SQLITE) {
      return DriverManager.getConnection(
          "jdbc:sqlite:" + site.systemUrl().substring("sqlite:///".length()));
    }
    Connection connection =
        TestPostgres.shared().connect(Site.databaseName(site.systemUrl()), "operator");
    connection.setSchema("dbos");
    return connection;
  }

  private void insert(Connection connection, String line) throws SQLException {
    Map<String, @Nullable Object> parsed = Json.object(line);
    String table = String.valueOf(parsed.get("table"));
    Map<String, @Nullable Object> row = Json.object(parsed, "row");
    if (product == Product.POSTGRESQL) {
      execute(
          connection,
          "INSERT INTO dbos.%1$s SELECT * FROM json_populate_record(NULL::dbos.%1$s, ?::json)"
              .formatted(table),
          List.of(Json.text(row)));
      return;
    }
    List<@Nullable Object> values = new ArrayList<>();
    row.values().forEach(value -> values.add(value instanceof Map ? Json.text(value) : value));
    execute(
        connection,
        "INSERT INTO %s (\"%s\") VALUES (%s)"
            .formatted(
                table,
                String.join("\", \"", row.keySet()),
                String.join(", ", row.keySet().stream().map(column -> "?").toList())),
        values);
  }

  private static void execute(Connection connection, String sql, List<@Nullable Object> values)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sql)) {
      for (int i = 0; i < values.size(); i++) {
        statement.setObject(i + 1, values.get(i));
      }
      statement.executeUpdate();
    }
  }

  private List<String> lines(String file) {
    return files.text(file).lines().filter(line -> !line.isBlank()).toList();
  }
}
