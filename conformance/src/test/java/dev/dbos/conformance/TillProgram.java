package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A till in a process of its own: it takes orders on the database it was given, then waits for a
 * line before it closes.
 */
final class TillProgram {
  static final String TAKEN = "orders taken";
  private static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);

  private TillProgram() {}

  /** Starts one that takes {@code orders} orders, with its logging at INFO. */
  static ChildJvm start(String systemUrl, String executorId, int orders) {
    return ChildJvm.builder(TillProgram.class)
        .property("org.slf4j.simpleLogger.log.dev.dbos", "info")
        .property("org.slf4j.simpleLogger.defaultLogLevel", "warn")
        .arguments(systemUrl, executorId, String.valueOf(orders))
        .start();
  }

  public static void main(String[] arguments) throws IOException {
    DbosBuilder till =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(arguments[0])
            .executorId(arguments[1])
            .workflow(
                ORDER,
                sku -> {
                  Workflow.applicationDatasource()
                      .runTransaction("reserve", connection -> reserve(connection, "" + sku));
                  return Workflow.callStep("ship", () -> sku + "!");
                });
    try (DBOS dbos = till.launch()) {
      System.out.println("up");
      for (int order = 0; order < Integer.parseInt(arguments[2]); order++) {
        dbos.run(ORDER, arguments[1]);
      }
      System.out.println(TAKEN);
      new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
    }
  }

  private static void reserve(Connection connection, String sku) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into reservation values ('" + sku + "')");
    }
  }
}
