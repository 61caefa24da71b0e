package dev.dbos.internal.migration;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Pools;
import dev.dbos.testing.SampleDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Opening system databases, and putting one back to an earlier version. */
final class SystemDatabases {
  static final Duration PATIENCE = Duration.ofSeconds(60);

  /** What undoes each migration in a PostgreSQL database; a missing number has nothing to undo. */
  private static final Map<Integer, List<String>> POSTGRES_UNDO =
      new TreeMap<>(
          Map.of(
              108,
              List.of(
                  "ALTER TABLE dbos.queues DROP partition_concurrency,"
                      + " DROP partition_worker_concurrency, DROP partition_rate_limit_max,"
                      + " DROP partition_rate_limit_period_sec"),
              107,
              List.of("DROP INDEX dbos.uq_application_versions_unclaimed_version"),
              106,
              List.of("DROP INDEX dbos.uq_application_versions_owner_version"),
              104,
              List.of("ALTER TABLE dbos.operation_outputs DROP application_name"),
              103,
              List.of("ALTER TABLE dbos.application_versions DROP application_name"),
              102,
              List.of("ALTER TABLE dbos.workflow_schedules DROP application_name"),
              101,
              List.of("ALTER TABLE dbos.queues DROP application_name"),
              100,
              List.of("ALTER TABLE dbos.workflow_status DROP application_name"),
              46,
              List.of("DROP INDEX dbos.idx_workflow_status_partition_dequeue_v2"),
              42,
              List.of(
                  "ALTER TABLE dbos.workflow_status DROP debounce_deadline_epoch_ms,"
                      + " DROP is_debounced")));

  private SystemDatabases() {}

  static Database open(String url) {
    return Pools.open(
        Pools.Owner.datasource("system database"),
        DatabaseUrl.parse(url),
        PoolSetup.of(PoolOptions.DEFAULT.withMaximumSize(2)),
        new Pools.Session("system database", IsolationLevel.SERIALIZABLE, null));
  }

  static void migrate(String url) {
    migrate(url, "dbos");
  }

  static void migrate(String url, String schema) {
    prepare(url, schema, MigrationMode.MIGRATE, PATIENCE);
  }

  static void prepare(String url, String schema, MigrationMode mode, Duration patience) {
    try (Database database = open(url)) {
      SystemSchema.prepare(database, schema, mode, patience);
    }
  }

  /** Makes the tables of a Python database at {@code version}, from 41 on. */
  static void restorePostgres(Connection connection, int version) throws SQLException {
    Samples.restore(connection, SampleDatabase.PYTHON);
    for (int undone = 108; undone > version; undone--) {
      Statements.run(connection, POSTGRES_UNDO.getOrDefault(undone, List.of()));
    }
    Statements.run(connection, List.of("UPDATE dbos.dbos_migrations SET version = " + version));
  }

  /** The functions and triggers that the official Java SDK leaves at 41, bodies aside. */
  static void addJavaFunctions(Connection connection) throws SQLException {
    Statements.run(
        connection,
        List.of(
            "CREATE FUNCTION dbos.enqueue_workflow(workflow_name text, queue_name text,"
                + " delay_until_epoch_ms bigint DEFAULT NULL) RETURNS text"
                + " LANGUAGE sql AS 'SELECT workflow_name'",
            "CREATE FUNCTION dbos.send_message(destination_id text, message json,"
                + " topic text DEFAULT NULL, idempotency_key text DEFAULT NULL) RETURNS void"
                + " LANGUAGE sql AS 'SELECT'",
            trigger("notifications"),
            "CREATE TRIGGER dbos_notifications_trigger AFTER INSERT ON dbos.notifications"
                + " FOR EACH ROW EXECUTE FUNCTION dbos.notifications_function()",
            trigger("workflow_events"),
            "CREATE TRIGGER dbos_workflow_events_trigger AFTER INSERT ON dbos.workflow_events"
                + " FOR EACH ROW EXECUTE FUNCTION dbos.workflow_events_function()",
            trigger("streams"),
            "CREATE TRIGGER dbos_streams_trigger AFTER INSERT ON dbos.streams"
                + " FOR EACH ROW EXECUTE FUNCTION dbos.streams_function()"));
  }

  private static String trigger(String table) {
    return "CREATE FUNCTION dbos."
        + table
        + "_function() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'";
  }
}
