package dev.dbos.benchmarks;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/**
 * This library.
 *
 * @param <T> what the bodies of transactions get
 */
final class Ours<T> implements Contender {
  private static final String CREATE = "CREATE TABLE IF NOT EXISTS item (workflow_id text, n int)";
  private static final String INSERT = "INSERT INTO item VALUES (?, ?)";

  private final String systemUrl;
  private final String applicationUrl;
  private final Datasource<T> items;
  private final ItemInsert<T> insert;
  private final DBOS dbos;
  private final Map<Workload, WorkflowDefinition<String, Integer>> workflows =
      new EnumMap<>(Workload.class);

  /** What a transaction does. */
  private interface ItemInsert<T> {
    int insert(T transaction, String id, int n) throws SQLException;
  }

  private Ours(
      String systemUrl,
      String applicationUrl,
      Datasource<T> items,
      TransactionCallable<T, Integer, SQLException> create,
      ItemInsert<T> insert)
      throws SQLException {
    this.systemUrl = systemUrl;
    this.applicationUrl = applicationUrl;
    this.items = items;
    this.insert = insert;
    items.callTransaction("create", create);
    DbosBuilder builder =
        DBOS.builder("benchmark").executorId("benchmark").systemDatabaseUrl(systemUrl);
    for (Workload workload : Workload.values()) {
      WorkflowDefinition<String, Integer> definition =
          WorkflowDefinition.of(workload.name(), String.class, Integer.class);
      workflows.put(workload, definition);
      builder.workflow(definition, id -> body(workload, id));
    }
    this.dbos = builder.launch();
  }

  static Contender jdbc(String systemUrl, String applicationUrl) throws SQLException {
    return jdbc(systemUrl, applicationUrl, IsolationLevel.READ_COMMITTED);
  }

  static Contender jdbc(String systemUrl, String applicationUrl, IsolationLevel isolation)
      throws SQLException {
    return new Ours<>(
        systemUrl,
        applicationUrl,
        JdbcDatasource.builder(applicationUrl).isolation(isolation).name("items").build(),
        connection -> {
          try (var statement = connection.createStatement()) {
            return statement.executeUpdate(CREATE);
          }
        },
        Ours::insert);
  }

  static Contender jooq(String systemUrl, String applicationUrl) throws SQLException {
    return new Ours<>(
        systemUrl,
        applicationUrl,
        JooqDatasource.builder(applicationUrl)
            .isolation(IsolationLevel.READ_COMMITTED)
            .name("items")
            .build(),
        dsl -> dsl.execute(CREATE),
        (dsl, id, n) -> dsl.execute(INSERT, id, n));
  }

  private int body(Workload workload, String id) throws SQLException {
    for (int n = 0; n < workload.transactions(); n++) {
      int item = n;
      items.callTransaction("item", transaction -> insert.insert(transaction, id, item));
    }
    for (int n = 0; n < workload.steps(); n++) {
      Workflow.callStep("item", () -> 1);
    }
    return 1;
  }

  private static int insert(Connection connection, String id, int n) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(INSERT)) {
      statement.setString(1, id);
      statement.setInt(2, n);
      return statement.executeUpdate();
    }
  }

  @Override
  public void run(Workload workload, String id) {
    dbos.run(Objects.requireNonNull(workflows.get(workload)), id, StartOptions.id(id));
  }

  @Override
  public Tally tally() throws SQLException {
    String schema = systemUrl.startsWith("sqlite") ? "" : "dbos.";
    return Tally.of(
        systemUrl,
        "SELECT count(*) FROM " + schema + "workflow_status WHERE status = 'SUCCESS'",
        applicationUrl,
        "SELECT count(*) FROM item");
  }

  @Override
  public void close() {
    dbos.close();
    items.close();
  }
}
