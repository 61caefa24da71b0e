package dev.dbos.internal.migration;

import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The system tables in a schema of a PostgreSQL database.
 *
 * <p>Other implementations build some indexes outside a transaction, with CONCURRENTLY. Here all of
 * an upgrade is one transaction: it holds writers off the tables while an index is built, and in
 * return it either happens or does not, leaves no invalid index behind and needs no lock that
 * outlives a transaction, so it also works through a transaction pooler.
 */
final class PostgresSystemTables implements SystemTables {
  /** The oldest version whose successors we know how to apply. */
  private static final int OLDEST = 41;

  /** The advisory lock every implementation takes; per database, not per schema. */
  private static final long LOCK = 1234567890;

  private static final String FUNCTIONS =
      "SELECT p.oid::regprocedure::text FROM pg_proc p JOIN pg_namespace n"
          + " ON n.oid = p.pronamespace WHERE n.nspname = ? AND p.proname IN"
          + " ('enqueue_workflow', 'send_message', 'notifications_function',"
          + " 'workflow_events_function', 'streams_function')";

  private final SchemaName schema;
  private final boolean cockroach;
  private final OwnTables own;
  private final Map<String, String> values;

  PostgresSystemTables(Dialect.Postgres dialect, SchemaName schema) {
    this.schema = schema;
    this.cockroach = dialect.isCockroach();
    this.own = OwnTables.of(dialect, schema);
    this.values =
        Map.of(
            "schema", schema.quoted(),
            "schema.literal", schema.literal(),
            "quote", schema.dollarQuote());
  }

  @Override
  public long version(Connection connection) throws SQLException {
    String table = schema.table("dbos_migrations");
    // Not to_regclass: it answers from the session's catalog cache, which may still say "missing"
    // after whoever held the migration lock before has made the table.
    return exists(connection, "dbos_migrations")
        ? Statements.number(connection, "SELECT coalesce(max(version), 0) FROM " + table)
        : 0;
  }

  private boolean exists(Connection connection, String table) throws SQLException {
    return Statements.exists(
        connection,
        "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE n.nspname = ? AND c.relname = ?",
        schema.name(),
        table);
  }

  @Override
  public boolean hasPayloadTables(Connection connection) throws SQLException {
    return exists(connection, "workflow_output");
  }

  @Override
  public boolean isTransactional() {
    return !cockroach;
  }

  /**
   * The lock is taken for the transaction and shares its key space with session locks, so it also
   * excludes implementations that take those; no failure can leave it behind.
   */
  @Override
  public boolean claim(Connection connection, Duration patience) throws SQLException {
    if (cockroach) {
      return true;
    }
    Statements.run(
        connection,
        List.of(
            // A statement timeout meant for queries would make a long index build fail for ever.
            "SET LOCAL statement_timeout = 0",
            "SET LOCAL lock_timeout = " + Math.max(1, patience.toMillis())));
    return Statements.exists(connection, "SELECT 1 WHERE pg_try_advisory_xact_lock(?)", LOCK);
  }

  @Override
  public void create(Connection connection) throws SQLException {
    // IF NOT EXISTS needs the right to create schemas even when the schema exists.
    if (!Statements.exists(
        connection, "SELECT 1 FROM pg_namespace WHERE nspname = ?", schema.name())) {
      Statements.run(connection, List.of("CREATE SCHEMA " + schema.quoted()));
    }
    Statements.run(connection, head());
  }

  @Override
  public Optional<String> refusal(Connection connection, long version) throws SQLException {
    if (version < OLDEST) {
      return Optional.of("which this version of dbos cannot upgrade: it starts at " + OLDEST);
    }
    if (version < SHARED_BASE && !hasSharedShape(connection)) {
      return Optional.of(
          "which means something else to the SDK that created it: below "
              + SHARED_BASE
              + " its numbers are its own");
    }
    return Optional.empty();
  }

  @Override
  public void upgrade(Connection connection, long version) throws SQLException {
    Statements.run(connection, upgradeDdl(version));
  }

  @Override
  public List<String> upgradeDdl(long version) {
    List<String> all = new ArrayList<>(script("upgrade.sql").after(version));
    all.addAll(own.ddl());
    all.add("UPDATE " + schema.table("dbos_migrations") + " SET version = " + HEAD);
    return adapted(all);
  }

  private List<String> adapted(List<String> statements) {
    return cockroach ? CockroachStatements.of(statements) : List.copyOf(statements);
  }

  @Override
  public void drop(Connection connection) throws SQLException {
    List<String> statements = new ArrayList<>();
    for (String table : ALL) {
      statements.add("DROP TABLE IF EXISTS " + schema.table(table) + " CASCADE");
    }
    if (!cockroach) {
      Statements.strings(connection, FUNCTIONS, schema.name())
          .forEach(function -> statements.add("DROP FUNCTION " + function));
    }
    Statements.run(connection, statements);
  }

  @Override
  public List<String> grants(String role) {
    String to = " TO " + new SchemaName(role).quoted();
    String in = " IN SCHEMA " + schema.quoted();
    return List.of(
        "GRANT USAGE ON SCHEMA " + schema.quoted() + to,
        "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES" + in + to,
        "GRANT EXECUTE ON ALL FUNCTIONS" + in + to,
        "ALTER DEFAULT PRIVILEGES" + in + " GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES" + to,
        "ALTER DEFAULT PRIVILEGES" + in + " GRANT EXECUTE ON FUNCTIONS" + to);
  }

  @Override
  public OwnTables own() {
    return own;
  }

  @Override
  public List<String> missingRights(Connection connection) throws SQLException {
    return PostgresGrants.missingForRows(connection, schema);
  }

  @Override
  public List<String> otherSchemas(Connection connection) throws SQLException {
    return Statements.strings(
        connection,
        "SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            + " WHERE c.relname = 'dbos_migrations' AND n.nspname <> ? ORDER BY 1",
        schema.name());
  }

  @Override
  public String holder(Connection connection) throws SQLException {
    String query =
        "SELECT format('Session %s (application \"%s\", user \"%s\", %s) holds the migration lock;"
            + " wait for it to finish, or end it with SELECT pg_terminate_backend(%s)', a.pid,"
            + " a.application_name, a.usename, a.state, a.pid)"
            + " FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid"
            + " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objsubid = 1"
            + " AND l.objid = ? AND l.database ="
            + " (SELECT oid FROM pg_database WHERE datname = current_database())";
    List<String> holders = Statements.strings(connection, query, LOCK);
    return holders.isEmpty()
        ? "Transactions of running applications hold locks on its tables; stop them first"
        : holders.getFirst();
  }

  @Override
  public String grant(Connection connection) throws SQLException {
    return PostgresGrants.missing(connection, schema, "dbos_migrations");
  }

  @Override
  public List<String> ddl() {
    List<String> all = new ArrayList<>();
    all.add("CREATE SCHEMA IF NOT EXISTS " + schema.quoted());
    all.addAll(head());
    return List.copyOf(all);
  }

  /** The statements of a fresh schema. */
  private List<String> head() {
    List<String> all = new ArrayList<>();
    for (String file :
        List.of("tables.sql", "indexes.sql", "enqueue_workflow.sql", "functions.sql")) {
      all.addAll(script(file).statements());
    }
    all.addAll(own.ddl());
    all.add("INSERT INTO " + schema.table("dbos_migrations") + " (version) VALUES (" + HEAD + ")");
    return adapted(all);
  }

  private SqlScript script(String file) {
    return SqlScript.load("postgres", file, values);
  }

  /**
   * Whether tables below {@link #SHARED_BASE} are what their number says. The TypeScript SDK has a
   * history of its own there, recognizable by how it names foreign keys.
   */
  private boolean hasSharedShape(Connection connection) throws SQLException {
    boolean foreignHistory =
        Statements.exists(
            connection,
            "SELECT 1 FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace"
                + " WHERE n.nspname = ? AND c.contype = 'f' AND c.conname LIKE '%\\_foreign'",
            schema.name());
    boolean lastColumn =
        Statements.exists(
            connection,
            "SELECT 1 FROM pg_attribute WHERE attrelid = to_regclass(?)"
                + " AND attname = 'schedule_name' AND NOT attisdropped",
            schema.table("workflow_status"));
    return lastColumn && !foreignHistory;
  }
}
