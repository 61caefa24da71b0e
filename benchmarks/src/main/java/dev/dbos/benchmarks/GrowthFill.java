package dev.dbos.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Fills a system database with copies of a finished workflow, of older moments. */
final class GrowthFill {
  private static final Set<String> MOMENTS =
      Set.of("created_at", "updated_at", "completed_at", "started_at_epoch_ms");
  private static final String ID = "workflow_uuid";

  private final Connection connection;
  private final boolean postgres;

  private GrowthFill(Connection connection, boolean postgres) {
    this.connection = connection;
    this.postgres = postgres;
  }

  /**
   * Fills it.
   *
   * @param model the id of the workflow that is copied
   * @param steps how many of its steps are copied along
   */
  static void fill(String url, String model, long workflows, int steps) throws SQLException {
    try (Connection connection = Tally.connect(url)) {
      boolean postgres = url.startsWith("postgresql");
      new GrowthFill(connection, postgres).fill(model, workflows, steps);
    }
  }

  private void fill(String model, long workflows, int steps) throws SQLException {
    // Neither looks up foreign keys, which hold, nor waits for the disk.
    List.of(
            postgres ? "SET session_replication_role = replica" : "PRAGMA foreign_keys = OFF",
            postgres ? "SET synchronous_commit = off" : "PRAGMA synchronous = OFF",
            "CREATE TEMPORARY TABLE added AS " + numbers(workflows),
            copy(
                "workflow_status",
                model,
                "added.id",
                "(" + (workflows + 1) + " - added.i) * 10",
                "1 = 1"),
            copy("operation_outputs", model, "added.id", "0", "function_id < " + steps),
            postgres ? "VACUUM ANALYZE" : "ANALYZE",
            postgres ? "CHECKPOINT" : "PRAGMA wal_checkpoint(TRUNCATE)")
        .forEach(this::execute);
  }

  /** Ids in the order of time, as workflows have them that are not given one. */
  private String numbers(long count) {
    return postgres
        ? "SELECT i, lpad(to_hex(i), 12, '0') || '-' || gen_random_uuid() AS id"
            + " FROM generate_series(1, "
            + count
            + ") i"
        : "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < "
            + count
            + ") SELECT i, printf('%012x-', i) || lower(hex(randomblob(16))) AS id FROM n";
  }

  private String copy(String table, String model, String id, String age, String where)
      throws SQLException {
    List<String> columns = columns(table);
    String name = (postgres ? "dbos." : "") + table;
    String values =
        columns.stream()
            .map(
                column ->
                    column.equals(ID)
                        ? id
                        : MOMENTS.contains(column) ? column + " - " + age : column)
            .collect(Collectors.joining(", "));
    return "INSERT INTO %s (%s) SELECT %s FROM %s, added WHERE %s = '%s' AND %s"
        .formatted(name, String.join(", ", columns), values, name, ID, model, where);
  }

  private List<String> columns(String table) throws SQLException {
    @Nullable String schema = postgres ? "dbos" : null;
    List<String> columns = new ArrayList<>();
    try (ResultSet rows = connection.getMetaData().getColumns(null, schema, table, null)) {
      while (rows.next()) {
        columns.add(rows.getString("COLUMN_NAME"));
      }
    }
    return columns;
  }

  private void execute(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
