package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * An executor with a lease in a process of its own, to be killed or frozen. It starts a workflow
 * for each line {@code start <id>}, says what it does, and stops at one point until the line {@code
 * go}.
 */
final class LeaseProgram {
  static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);

  /** Where a checkout stops. */
  enum Point {
    NOWHERE,
    IN_STEP,
    IN_TRANSACTION_OF_THE_SYSTEM_DATABASE,
    IN_TRANSACTION_OF_ANOTHER_DATABASE,
    BETWEEN_STEPS,
    ASLEEP
  }

  /** Told of each thing that is done. */
  interface Journey {
    void reached(Point point, String what) throws Exception;
  }

  private LeaseProgram() {}

  /** Starts one. */
  static ChildJvm start(String systemUrl, String stockUrl, Duration lease, Point stop) {
    return ChildJvm.builder(LeaseProgram.class)
        .property("org.slf4j.simpleLogger.defaultLogLevel", "warn")
        .arguments(systemUrl, stockUrl, lease.toString(), stop.name())
        .start();
  }

  /** An executor with a lease, the same in every process but for its id. */
  static DbosBuilder shop(String systemUrl, JdbcDatasource stock, Lease lease, Journey journey) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(systemUrl)
        .datasource(stock)
        .lease(lease)
        .workflow(CHECKOUT, order -> checkout(stock, journey, order));
  }

  static JdbcDatasource stock(String url) {
    return JdbcDatasource.builder(url).name("stock").build();
  }

  private static String checkout(JdbcDatasource stock, Journey journey, @Nullable String order)
      throws Exception {
    Workflow.runStep("reserve", () -> journey.reached(Point.NOWHERE, "reserve"));
    Workflow.applicationDatasource()
        .runTransaction(
            "note",
            connection -> {
              journey.reached(Point.IN_TRANSACTION_OF_THE_SYSTEM_DATABASE, "note");
              insert(connection, order);
            });
    stock.runTransaction(
        "take",
        connection -> {
          journey.reached(Point.IN_TRANSACTION_OF_ANOTHER_DATABASE, "take");
          insert(connection, order);
        });
    journey.reached(Point.BETWEEN_STEPS, "between");
    Workflow.runStep("charge", () -> journey.reached(Point.IN_STEP, "charge"));
    journey.reached(Point.ASLEEP, "asleep");
    Workflow.sleep(Duration.ofMillis(1));
    Workflow.runStep("ship", () -> journey.reached(Point.NOWHERE, "ship"));
    return "shipped " + order;
  }

  private static void insert(Connection connection, @Nullable String order) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("insert into shipment values ('" + order + "')");
    }
  }

  public static void main(String[] arguments) throws IOException {
    Point stop = Point.valueOf(arguments[3]);
    CountDownLatch go = new CountDownLatch(1);
    Journey journey =
        (point, what) -> {
          System.out.println(what);
          if (point == stop && point != Point.NOWHERE) {
            System.out.println("stopped");
            go.await();
          }
        };
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    try (JdbcDatasource stock = stock(arguments[1]);
        DBOS dbos =
            shop(arguments[0], stock, Lease.of(Duration.parse(arguments[2])), journey).launch()) {
      System.out.println("up");
      for (String line = input.readLine(); line != null; line = input.readLine()) {
        if (line.equals("go")) {
          go.countDown();
        } else {
          run(dbos, line);
        }
      }
    }
  }

  private static void run(DBOS dbos, String id) {
    WorkflowHandle<String> handle = dbos.start(CHECKOUT, id, StartOptions.id(id));
    System.out.println("started " + id);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                System.out.println("result " + handle.result());
              } catch (WorkflowFailedException failed) {
                System.out.println("failed " + failed.getCause());
              }
            });
  }
}
