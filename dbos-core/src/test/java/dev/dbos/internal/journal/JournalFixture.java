package dev.dbos.internal.journal;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StartRow.Assignment;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Pools;
import dev.dbos.internal.store.StepListing;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.Payload;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A system database with a journal whose writer is observed. */
final class JournalFixture implements AutoCloseable {
  /** Where it is. */
  enum Product {
    SQLITE,
    POSTGRESQL
  }

  private static final Payload DONE = Payload.output("\"done\"", "portable_json");

  private final @Nullable TempSqlite file;
  private final @Nullable String databaseName;
  private final Database database;
  private final SystemDatabase rows;
  final ObservedWriter writer;
  final Journal journal;

  JournalFixture(Product product) {
    file = product == Product.SQLITE ? TempSqlite.create() : null;
    String url;
    if (file == null) {
      databaseName = TestPostgres.shared().createDatabase();
      url = TestPostgres.shared().url(databaseName);
    } else {
      databaseName = null;
      url = file.url();
    }
    database =
        Pools.open(
            Pools.Owner.datasource("system database"),
            DatabaseUrl.parse(url),
            PoolSetup.of(PoolOptions.DEFAULT),
            new Pools.Session("journal test", IsolationLevel.READ_COMMITTED, null));
    SystemSchema.prepare(database, "dbos", MigrationMode.MIGRATE, Duration.ofSeconds(30));
    rows = new SystemDatabase(database, "dbos");
    writer =
        new ObservedWriter(
            file == null
                ? new PostgresBatchWriter(database, "dbos", () -> PayloadLayout.IN_ROWS)
                : new SqliteBatchWriter(database, "dbos"));
    journal = new Journal("system database", writer);
  }

  static Checkpoint start(String order) {
    return Checkpoint.of(
        new StartRow(
            order,
            "checkout",
            "{}",
            "portable_json",
            new Assignment("till-1", "v1", "tea-shop", token(order)),
            StartRow.Terms.of(null),
            1_000));
  }

  static StepRow reserve(String order, int stepId) {
    return new StepRow(
        order,
        token(order),
        "tea-shop",
        new StepRecord(stepId, "reserve", DONE, null, 1_000, 2_000));
  }

  static Checkpoint step(String order, int stepId) {
    return Checkpoint.of(reserve(order, stepId));
  }

  static Checkpoint end(String order) {
    return Checkpoint.of(new FinishRow(order, token(order), WorkflowState.SUCCESS, DONE, 3_000));
  }

  private static String token(String order) {
    return "run of " + order;
  }

  List<Integer> stepsOf(String order) {
    return new StepListing(rows, null)
        .list(order, StepQuery.all()).stream().map(StepStatus::stepId).toList();
  }

  Optional<WorkflowState> stateOf(String order) {
    return rows.read(dsl -> WorkflowStore.find(dsl, order)).map(WorkflowStatus::state);
  }

  int connectionsInUse() {
    return database.connectionsInUse();
  }

  @Override
  public void close() {
    journal.close();
    database.close();
    if (file != null) {
      file.close();
    }
    if (databaseName != null) {
      TestPostgres.shared().dropDatabase(databaseName);
    }
  }
}
