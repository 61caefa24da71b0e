package dev.dbos.internal.migration;

import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** The columns of {@code datasource_outputs} in one database and the statements that make them. */
final class OutputColumns {
  /** The table's name. */
  static final String TABLE = "datasource_outputs";

  private static final String POSTGRES_NOW = "((EXTRACT(epoch FROM now()) * 1000.0)::bigint)";

  private record Column(String name, String postgres, String sqlite) {
    static Column text(String name) {
      return new Column(name, "text", "TEXT");
    }
  }

  /** What every implementation has come first and in its order; ours follow and may be null. */
  private static final List<Column> ALL =
      List.of(
          new Column("workflow_id", "text NOT NULL", "TEXT NOT NULL"),
          new Column("step_id", "int4 NOT NULL", "INTEGER NOT NULL"),
          Column.text("output"),
          Column.text("error"),
          Column.text("serialization"),
          new Column(
              "created_at",
              "bigint NOT NULL DEFAULT " + POSTGRES_NOW,
              "INTEGER NOT NULL DEFAULT " + SqliteSystemTables.NOW_MILLIS),
          Column.text("step_name"),
          new Column("incarnation", "bigint", "BIGINT"),
          Column.text("attempt"));

  private final Dialect dialect;
  private final SchemaName schema;

  OutputColumns(Dialect dialect, SchemaName schema) {
    this.dialect = dialect;
    this.schema = schema;
  }

  /** The names of the columns there are; none when the table is missing. */
  Set<String> existing(Connection connection) throws SQLException {
    return Set.copyOf(
        switch (dialect) {
          case Dialect.Postgres postgres ->
              Statements.strings(
                  connection,
                  "SELECT a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
                      + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                      + " WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0"
                      + " AND NOT a.attisdropped",
                  schema.name(),
                  TABLE);
          case Dialect.Sqlite sqlite ->
              Statements.strings(connection, "SELECT name FROM pragma_table_info(?)", TABLE);
        });
  }

  /** Whether a table with the {@code existing} columns is one of step outputs at all. */
  static boolean isOutputTable(Set<String> existing) {
    return existing.contains("workflow_id") && existing.contains("step_id");
  }

  /**
   * What to run on a database whose table has the {@code existing} columns; nothing if complete.
   */
  List<String> missing(Connection connection, Set<String> existing) throws SQLException {
    if (!existing.isEmpty()) {
      return additions(existing);
    }
    List<String> statements = new ArrayList<>();
    if (dialect instanceof Dialect.Postgres
        && !Statements.exists(
            connection, "SELECT 1 FROM pg_namespace WHERE nspname = ?", schema.name())) {
      statements.add("CREATE SCHEMA " + schema.quoted());
    }
    statements.add("CREATE TABLE " + definition());
    return statements;
  }

  /** The statements for a database of which nothing is known. */
  List<String> ddl() {
    String create = "CREATE TABLE IF NOT EXISTS " + definition();
    return switch (dialect) {
      case Dialect.Postgres postgres ->
          List.of("CREATE SCHEMA IF NOT EXISTS " + schema.quoted(), create);
      case Dialect.Sqlite sqlite -> List.of(create);
    };
  }

  private List<String> additions(Set<String> existing) {
    return ALL.stream()
        .filter(column -> !existing.contains(column.name()))
        .map(column -> "ALTER TABLE " + table() + " ADD COLUMN " + definition(column))
        .toList();
  }

  private String definition() {
    return ALL.stream()
        .map(this::definition)
        .collect(
            Collectors.joining(
                ",\n    ", table() + " (\n    ", ",\n    PRIMARY KEY (workflow_id, step_id)\n)"));
  }

  private String definition(Column column) {
    return switch (dialect) {
      case Dialect.Postgres postgres -> column.name() + " " + column.postgres();
      case Dialect.Sqlite sqlite -> column.name() + " " + column.sqlite();
    };
  }

  private String table() {
    return switch (dialect) {
      case Dialect.Postgres postgres -> schema.table(TABLE);
      case Dialect.Sqlite sqlite -> TABLE;
    };
  }
}
