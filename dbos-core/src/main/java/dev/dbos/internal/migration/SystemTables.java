package dev.dbos.internal.migration;

import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The system tables of one product: how to find their version and how to make or upgrade them. */
sealed interface SystemTables permits PostgresSystemTables, SqliteSystemTables {
  /** The version of the tables that this library knows and makes. */
  int HEAD = 108;

  /**
   * Every table that is shared, those of later versions included, those that refer to others first.
   */
  List<String> SHARED =
      List.of(
          "operation_outputs",
          "notifications",
          "workflow_events",
          "workflow_events_history",
          "streams",
          "event_dispatch_kv",
          "workflow_schedules",
          "application_versions",
          "queues",
          "workflow_input",
          "workflow_output",
          "workflow_status",
          "dbos_migrations");

  /** Every table, those of this library alone included. */
  List<String> ALL = Stream.concat(SHARED.stream(), OwnTables.NAMES.stream()).toList();

  /** From here on a number means the same migration to every implementation. */
  int SHARED_BASE = 100;

  /** Those of {@code dialect}; SQLite has no schemas and ignores the name. */
  static SystemTables of(Dialect dialect, String schema) {
    return switch (dialect) {
      case Dialect.Postgres postgres -> new PostgresSystemTables(postgres, new SchemaName(schema));
      case Dialect.Sqlite sqlite -> new SqliteSystemTables(sqlite);
    };
  }

  /** The recorded version; 0 when there is none. */
  long version(Connection connection) throws SQLException;

  /** Whether the tables of inputs and outcomes are there, which later versions have. */
  boolean hasPayloadTables(Connection connection) throws SQLException;

  /**
   * Takes the right to migrate until the open transaction ends, without waiting.
   *
   * @param patience how long later statements may wait for locks on the tables themselves
   * @return whether nobody else holds it
   */
  boolean claim(Connection connection, Duration patience) throws SQLException;

  /** Whether all of a migration happens or nothing; otherwise every statement may be repeated. */
  boolean isTransactional();

  /** Makes everything at {@link #HEAD}. */
  void create(Connection connection) throws SQLException;

  /** Why tables at {@code version} are left to the implementation that made them. */
  Optional<String> refusal(Connection connection, long version) throws SQLException;

  /** Brings tables at {@code version} to {@link #HEAD}. */
  void upgrade(Connection connection, long version) throws SQLException;

  /** The tables that only this library has. */
  OwnTables own();

  /** Who holds the right to migrate or a lock in the way, and what to do about it. */
  String holder(Connection connection) throws SQLException;

  /** The statement that would give the role of {@code connection} what it lacks. */
  String grant(Connection connection) throws SQLException;

  /** The statements of {@link #create}, complete with the schema. */
  List<String> ddl();

  /** The statements of {@link #upgrade}. */
  List<String> upgradeDdl(long version);

  /** Removes the tables and everything in them. */
  void drop(Connection connection) throws SQLException;

  /** The statements that let a role work with the rows, and with nothing else. */
  List<String> grants(String role);

  /**
   * The statements that would give the role of {@code connection} the rights of {@link #grants}.
   */
  List<String> missingRights(Connection connection) throws SQLException;

  /** Other schemas of this database that hold system tables. */
  List<String> otherSchemas(Connection connection) throws SQLException;
}
