package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;

/** A program that is killed between two steps: prints what it does and never comes to the third. */
final class CrashingShop {
  static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);

  private CrashingShop() {}

  /** Expects the URL of the system database. */
  public static void main(String[] arguments) throws IOException {
    CountDownLatch never = new CountDownLatch(1);
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(arguments[0])
            .workflow(
                CHECKOUT,
                order -> {
                  Workflow.runStep("reserve", () -> System.out.println("reserved " + order));
                  Workflow.runStep("charge", () -> System.out.println("charged " + order));
                  System.out.println("about to ship");
                  never.await();
                  return "never shipped";
                })
            .launch()) {
      dbos.start(CHECKOUT, "tea", StartOptions.id("order-42"));
      while (System.in.read() >= 0) {
        // The parent says nothing; it kills.
      }
    }
  }
}
