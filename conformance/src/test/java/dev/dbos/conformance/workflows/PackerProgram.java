package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A packer in a process of its own, who works until the end of its input. */
final class PackerProgram {
  static final WorkflowDefinition<String, String> PACK =
      WorkflowDefinition.of("pack", String.class, String.class);

  private PackerProgram() {}

  static ChildJvm start(String systemUrl, String executorId) {
    return ChildJvm.builder(PackerProgram.class).arguments(systemUrl, executorId).start();
  }

  public static void main(String[] arguments) throws IOException {
    String executorId = arguments[1];
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(arguments[0])
            .executorId(executorId)
            .workflow(
                PACK,
                parcel -> {
                  // What takes some time, so that others work at the same time.
                  Workflow.runStep(
                      "wrap", () -> LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5)));
                  return executorId;
                })
            .launch()) {
      System.out.println("at work with " + dbos.queues().list().size());
      while (System.in.read() >= 0) {
        // Until it ends.
      }
    }
  }
}
