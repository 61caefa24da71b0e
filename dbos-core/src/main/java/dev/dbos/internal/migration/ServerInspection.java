package dev.dbos.internal.migration;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a server says of itself and of the role that asks.
 *
 * @param connection who is connected to what
 * @param version what the server calls itself
 * @param isTooOld whether it lacks what the system tables need
 * @param encryption of the connection, where there can be one
 * @param missingRights the statements that would give the role what it lacks
 */
public record ServerInspection(
    String connection,
    String version,
    boolean isTooOld,
    Optional<Encryption> encryption,
    List<String> missingRights) {

  /** Since then it makes random ids by itself. */
  private static final int OLDEST_POSTGRES = 130_000;

  /** Whether others on the way can read what is exchanged. */
  public sealed interface Encryption {
    /** They cannot. */
    record On(String protocol) implements Encryption {}

    /** There are no others. */
    record Local() implements Encryption {}

    /** They can. */
    record Off() implements Encryption {}
  }

  /**
   * Asks the server.
   *
   * @throws DatabaseUnavailableException when it does not answer
   */
  public static ServerInspection of(Database database, String schema) {
    try {
      return switch (database.dialect()) {
        case Dialect.Postgres postgres ->
            database.read(connection -> ofPostgres(connection, database, postgres, schema));
        case Dialect.Sqlite sqlite -> database.read(ServerInspection::ofSqlite);
      };
    } catch (SQLException failure) {
      throw new DatabaseUnavailableException(
          "The " + database.name() + " does not answer: " + failure.getMessage(),
          database.name(),
          failure);
    }
  }

  private static ServerInspection ofSqlite(Connection connection) throws SQLException {
    return new ServerInspection(
        "opened",
        "SQLite " + text(connection, "SELECT sqlite_version()"),
        false,
        Optional.empty(),
        List.of());
  }

  private static ServerInspection ofPostgres(
      Connection connection, Database database, Dialect.Postgres dialect, String schema)
      throws SQLException {
    SchemaName name = new SchemaName(schema);
    return new ServerInspection(
        text(connection, "SELECT format('as %s to database %s', current_user, current_database())"),
        database.serverVersion().orElse("unknown").replaceFirst(" on .*", ""),
        !dialect.isCockroach()
            && Statements.number(connection, "SELECT current_setting('server_version_num')::int")
                < OLDEST_POSTGRES,
        dialect.isCockroach() ? Optional.empty() : Optional.of(encryption(connection)),
        missingRights(connection, name));
  }

  private static Encryption encryption(Connection connection) throws SQLException {
    String protocol =
        text(
            connection,
            "SELECT coalesce(max(version), '') FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
    if (!protocol.isEmpty()) {
      return new Encryption.On(protocol);
    }
    boolean local =
        Statements.exists(
            connection,
            "SELECT 1 WHERE inet_server_addr() IS NULL OR inet_server_addr() = inet_client_addr()");
    return local ? new Encryption.Local() : new Encryption.Off();
  }

  /** To use the tables if they are there, to make them if not. */
  private static List<String> missingRights(Connection connection, SchemaName schema)
      throws SQLException {
    boolean tablesExist =
        Statements.exists(
            connection,
            "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE n.nspname = ? AND c.relname = 'dbos_migrations'",
            schema.name());
    if (tablesExist) {
      return PostgresGrants.missingForRows(connection, schema);
    }
    boolean mayCreate =
        Statements.exists(
            connection,
            "SELECT 1 FROM (SELECT 1) AS one LEFT JOIN pg_namespace n ON n.nspname = ?"
                + " WHERE CASE WHEN n.oid IS NULL"
                + " THEN has_database_privilege(current_database(), 'CREATE')"
                + " ELSE has_schema_privilege(n.oid, 'CREATE') END",
            schema.name());
    List<String> missing = new ArrayList<>();
    if (!mayCreate) {
      missing.add(PostgresGrants.missing(connection, schema, "dbos_migrations"));
    }
    return missing;
  }

  private static String text(Connection connection, String query) throws SQLException {
    return Statements.strings(connection, query).getFirst();
  }
}
