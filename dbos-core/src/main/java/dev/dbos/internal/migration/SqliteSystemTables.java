package dev.dbos.internal.migration;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The system tables in an SQLite file. */
final class SqliteSystemTables implements SystemTables {
  /** Milliseconds, in a form that libraries older than 3.42 compute too. */
  static final String NOW_MILLIS =
      "(CAST(round((julianday('now') - 2440587.5) * 86400000.0) AS INTEGER))";

  private static final Pattern ADDS_COLUMN =
      Pattern.compile("ALTER TABLE (\\w+) ADD COLUMN (\\w+) .*");

  private final OwnTables own;

  SqliteSystemTables(Dialect.Sqlite dialect) {
    this.own = OwnTables.of(dialect);
  }

  @Override
  public long version(Connection connection) throws SQLException {
    boolean exists =
        Statements.exists(
            connection,
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'dbos_migrations'");
    return exists
        ? Statements.number(connection, "SELECT coalesce(max(version), 0) FROM dbos_migrations")
        : 0;
  }

  /** The transaction began IMMEDIATE, so it is the only one that writes. */
  @Override
  public boolean claim(Connection connection, Duration patience) {
    return true;
  }

  @Override
  public void create(Connection connection) throws SQLException {
    Statements.run(connection, ddl());
  }

  @Override
  public Optional<String> refusal(Connection connection, long version) {
    return version < SHARED_BASE
        ? Optional.of(
            "which means different things to different SDKs: below "
                + SHARED_BASE
                + " each numbers its SQLite migrations in its own way")
        : Optional.empty();
  }

  /** No implementation makes them in a file. */
  @Override
  public boolean hasPayloadTables(Connection connection) {
    return false;
  }

  @Override
  public boolean isTransactional() {
    return true;
  }

  @Override
  public List<String> upgradeDdl(long version) {
    List<String> all = new ArrayList<>(script("upgrade.sql").after(version));
    all.addAll(own.ddl());
    all.add("UPDATE dbos_migrations SET version = " + HEAD);
    return List.copyOf(all);
  }

  @Override
  public void drop(Connection connection) throws SQLException {
    Statements.run(connection, ALL.stream().map(table -> "DROP TABLE IF EXISTS " + table).toList());
  }

  @Override
  public List<String> grants(String role) {
    throw new ConfigurationException(
        "SQLite has no roles: whoever may write to the file may write to the tables.", null);
  }

  @Override
  public OwnTables own() {
    return own;
  }

  @Override
  public List<String> missingRights(Connection connection) {
    return List.of();
  }

  @Override
  public List<String> otherSchemas(Connection connection) {
    return List.of();
  }

  @Override
  public void upgrade(Connection connection, long version) throws SQLException {
    for (String statement : upgradeDdl(version)) {
      Matcher column = ADDS_COLUMN.matcher(statement);
      // Another implementation commits each statement, so it can die between a column and its
      // number.
      if (!column.matches() || !hasColumn(connection, column.group(1), column.group(2))) {
        Statements.run(connection, List.of(statement));
      }
    }
  }

  @Override
  public String holder(Connection connection) {
    return "Another process holds the write lock of the file; wait for it to finish, or end it";
  }

  @Override
  public String grant(Connection connection) {
    return "make the file and its directory writable";
  }

  @Override
  public List<String> ddl() {
    List<String> all = new ArrayList<>(script("tables.sql").statements());
    all.addAll(script("indexes.sql").statements());
    all.addAll(own.ddl());
    all.add("INSERT INTO dbos_migrations (version) VALUES (" + HEAD + ")");
    return List.copyOf(all);
  }

  private static SqlScript script(String file) {
    return SqlScript.load("sqlite", file, Map.of("now", NOW_MILLIS));
  }

  private static boolean hasColumn(Connection connection, String table, String column)
      throws SQLException {
    return Statements.exists(
        connection, "SELECT 1 FROM pragma_table_info(?) WHERE name = ?", table, column);
  }
}
