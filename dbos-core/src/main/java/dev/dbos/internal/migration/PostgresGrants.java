package dev.dbos.internal.migration;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Finds out which right a role lacks and words the statement that gives it. */
final class PostgresGrants {
  private static final String RIGHTS =
      "SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS database,"
          + " n.oid IS NOT NULL AS schema_exists,"
          + " coalesce(has_schema_privilege(n.oid, 'USAGE'), FALSE) AS may_use,"
          + " coalesce(has_schema_privilege(n.oid, 'CREATE'), FALSE) AS may_create,"
          + " c.oid IS NOT NULL AS table_exists,"
          + " coalesce(has_table_privilege(c.oid, 'SELECT'), FALSE) AS may_read,"
          + " quote_ident(pg_get_userbyid(c.relowner)) AS owner"
          + " FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = ?"
          + " LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relname = ?";

  private static final String RIGHTS_ON_ROWS =
      "SELECT quote_ident(current_user) AS role, has_schema_privilege(n.oid, 'USAGE') AS may_use,"
          + " (SELECT count(*) FROM pg_class c WHERE c.relnamespace = n.oid AND c.relkind = 'r'"
          + " AND c.relname = ANY (?) AND NOT (has_table_privilege(c.oid, 'SELECT')"
          + " AND (c.relname = 'dbos_migrations' OR (has_table_privilege(c.oid, 'INSERT')"
          + " AND has_table_privilege(c.oid, 'UPDATE')"
          + " AND has_table_privilege(c.oid, 'DELETE'))))) AS closed_tables"
          + " FROM pg_namespace n WHERE n.nspname = ?";

  private PostgresGrants() {}

  /** The statements that open the rows of the tables there are to the role; none if they are. */
  static List<String> missingForRows(Connection connection, SchemaName schema) throws SQLException {
    List<String> missing = new ArrayList<>();
    try (PreparedStatement statement = connection.prepareStatement(RIGHTS_ON_ROWS)) {
      statement.setArray(1, connection.createArrayOf("text", SystemTables.ALL.toArray()));
      statement.setString(2, schema.name());
      try (ResultSet row = statement.executeQuery()) {
        if (row.next()) {
          String to = " TO " + row.getString("role");
          if (!row.getBoolean("may_use")) {
            missing.add("GRANT USAGE ON SCHEMA " + schema.quoted() + to);
          }
          if (row.getInt("closed_tables") > 0) {
            missing.add(
                "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
                    + schema.quoted()
                    + to);
          }
        }
      }
    }
    return missing;
  }

  /** The statement an owner has to run so that the role may work with {@code table}. */
  static String missing(Connection connection, SchemaName schema, String table)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(RIGHTS)) {
      statement.setString(1, schema.name());
      statement.setString(2, table);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return statement(row, schema);
      }
    }
  }

  private static String statement(ResultSet row, SchemaName schema) throws SQLException {
    String role = row.getString("role");
    if (!row.getBoolean("schema_exists")) {
      return "GRANT CREATE ON DATABASE " + row.getString("database") + " TO " + role;
    }
    if (!row.getBoolean("table_exists")) {
      return "GRANT USAGE, CREATE ON SCHEMA " + schema.quoted() + " TO " + role;
    }
    if (!row.getBoolean("may_use")) {
      return "GRANT USAGE ON SCHEMA " + schema.quoted() + " TO " + role;
    }
    if (!row.getBoolean("may_read")) {
      return "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA "
          + schema.quoted()
          + " TO "
          + role;
    }
    if (!row.getBoolean("may_create")) {
      return "GRANT CREATE ON SCHEMA " + schema.quoted() + " TO " + role;
    }
    // Only an owner alters a table.
    return "GRANT " + row.getString("owner") + " TO " + role;
  }
}
