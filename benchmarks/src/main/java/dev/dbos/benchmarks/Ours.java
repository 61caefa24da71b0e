package dev.dbos.benchmarks;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** This library with the JDBC datasource. */
final class Ours implements Contender {
  private final String name;
  private final JdbcDatasource items;
  private final DBOS dbos;
  private final Map<Workload, WorkflowDefinition<String, Integer>> workflows =
      new EnumMap<>(Workload.class);

  Ours(String name, String systemUrl, String applicationUrl, IsolationLevel isolation)
      throws SQLException {
    this.name = name;
    this.items = JdbcDatasource.builder(applicationUrl).isolation(isolation).name("items").build();
    items.runTransaction(
        "create",
        connection -> {
          try (var statement = connection.createStatement()) {
            statement.execute("CREATE TABLE IF NOT EXISTS item (workflow_id text, n int)");
          }
        });
    DbosBuilder builder = DBOS.builder("benchmark").systemDatabaseUrl(systemUrl);
    for (Workload workload : Workload.values()) {
      WorkflowDefinition<String, Integer> definition =
          WorkflowDefinition.of(workload.name(), String.class, Integer.class);
      workflows.put(workload, definition);
      builder.workflow(definition, id -> body(workload, id));
    }
    this.dbos = builder.launch();
  }

  private int body(Workload workload, String id) throws SQLException {
    for (int n = 0; n < workload.transactions(); n++) {
      int item = n;
      items.callTransaction("item", connection -> insert(connection, id, item));
    }
    for (int n = 0; n < workload.steps(); n++) {
      Workflow.callStep("item", () -> 1);
    }
    return 1;
  }

  private static int insert(Connection connection, String id, int n) throws SQLException {
    try (PreparedStatement insert = connection.prepareStatement("INSERT INTO item VALUES (?, ?)")) {
      insert.setString(1, id);
      insert.setInt(2, n);
      return insert.executeUpdate();
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void run(Workload workload, String id) {
    dbos.run(Objects.requireNonNull(workflows.get(workload)), id, StartOptions.id(id));
  }

  @Override
  public void close() {
    dbos.close();
    items.close();
  }
}
