package dev.dbos.internal.migration;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a schema holds of the shared tables, in words that can be compared between databases; and
 * the tables of this library alone.
 */
final class PostgresCatalog {
  private final Connection connection;
  private final String schema;

  PostgresCatalog(Connection connection, String schema) {
    this.connection = connection;
    this.schema = schema;
  }

  /** Every column in order, with its type, nullability and default. */
  List<String> columns() throws SQLException {
    return ask(
        "SELECT concat_ws(' ', c.relname, row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum),"
            + " a.attname, format_type(a.atttypid, a.atttypmod),"
            + " CASE WHEN a.attnotnull THEN 'NOT NULL' END, pg_get_expr(d.adbin, d.adrelid))"
            + " FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid"
            + " LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum"
            + " WHERE c.relnamespace = ?::text::regnamespace AND c.relkind = 'r'"
            + " AND c.relname NOT LIKE 'java\\_%' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY c.relname, a.attnum");
  }

  /** Every index with its predicate. */
  List<String> indexes() throws SQLException {
    return ask(
        "SELECT pg_get_indexdef(i.indexrelid) || CASE WHEN i.indisvalid THEN '' ELSE ' INVALID' END"
            + " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            + " WHERE c.relnamespace = ?::text::regnamespace"
            + " AND c.relname NOT LIKE 'java\\_%' ORDER BY 1");
  }

  /** The tables that only this library has. */
  List<String> own() throws SQLException {
    return Statements.strings(
        connection,
        "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND relkind = 'r' AND relname LIKE 'java\\_%' ORDER BY 1",
        schema);
  }

  /** Every key and foreign key with its name. */
  List<String> constraints() throws SQLException {
    return ask(
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)"
            + " FROM pg_constraint WHERE connamespace = ?::text::regnamespace"
            + " AND contype IN ('p', 'u', 'f') AND conname NOT LIKE 'java\\_%' ORDER BY 1");
  }

  /** Every trigger. */
  List<String> triggers() throws SQLException {
    return ask(
        "SELECT pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            + " WHERE c.relnamespace = ?::text::regnamespace AND NOT t.tgisinternal ORDER BY 1");
  }

  /** Every function with its parameters, result and settings. */
  List<String> functions() throws SQLException {
    return ask(
        "SELECT 'CREATE FUNCTION dbos.' || proname || '(' || pg_get_function_arguments(oid)"
            + " || ') RETURNS ' || pg_get_function_result(oid)"
            + " || coalesce(' ' || array_to_string(proconfig, ' '), '')"
            + " FROM pg_proc WHERE pronamespace = ?::text::regnamespace ORDER BY 1");
  }

  /** Tables, columns, keys and indexes together. */
  List<String> tables() throws SQLException {
    List<String> all = new ArrayList<>(columns());
    all.addAll(constraints());
    all.addAll(indexes());
    return all;
  }

  /** The recorded version. */
  long version() throws SQLException {
    return Statements.number(
        connection, "SELECT version FROM " + new SchemaName(schema).table("dbos_migrations"));
  }

  private List<String> ask(String query) throws SQLException {
    String quoted = new SchemaName(schema).quoted();
    return Statements.strings(connection, query, quoted).stream()
        .map(line -> line.replace(quoted + ".", "dbos."))
        .toList();
  }
}
