package dev.dbos.examples.talk;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StreamReader;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** An order that waits for its payment, however long that takes and whatever restarts meanwhile. */
public final class Payment {
  /** The workflow: the order's name in, what became of it out. */
  public static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);

  private Payment() {}

  private static String order(String name) {
    Workflow.setEvent("payment page", "https://pay.example/" + Workflow.id());
    Workflow.writeStream("progress", "waiting for payment");
    Optional<Integer> cents = Workflow.receive("payment", Integer.class, Duration.ofDays(7));
    Workflow.writeStream("progress", cents.isPresent() ? "paid" : "given up");
    return cents.map(paid -> name + " for " + paid + " cents").orElse("nobody paid for " + name);
  }

  /** Adds the workflow to an application. */
  public static DbosBuilder in(DbosBuilder application) {
    return application.workflow(ORDER, name -> order(String.valueOf(name)));
  }

  /** What a web application does when somebody orders: the page to send the customer to. */
  public static Optional<String> pageFor(DBOS dbos, String orderId, String name) {
    dbos.start(ORDER, name, StartOptions.id(orderId));
    return dbos.getEvent(orderId, "payment page", String.class, Duration.ofSeconds(30));
  }

  /** What it does when the bank calls, perhaps twice: the key makes it one message. */
  public static void paid(DBOS dbos, String orderId, String bankReference, int cents) {
    dbos.send(Message.to(orderId, cents).withTopic("payment").withIdempotencyKey(bankReference));
  }

  /** What somebody sees who looks on until the end. */
  public static List<String> progress(DBOS dbos, String orderId) {
    try (StreamReader<String> progress = dbos.readStream(orderId, "progress", String.class)) {
      return progress.stream().toList();
    }
  }
}
