package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An application that outgrows its SQLite file: it reserves tea in a database of its own, waits for
 * money and has it delivered. In a process of its own it stops in the middle of an order.
 */
final class TeaHouse {
  static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("tea house order", String.class, String.class);
  static final WorkflowDefinition<String, String> DELIVERY =
      WorkflowDefinition.of("tea house delivery", String.class, String.class);
  static final String RESERVING = "reserving";
  static final String RESERVED = "reserved";
  static final String ALL_STARTED = "all started";
  private static final Duration LONG = Duration.ofMinutes(10);

  private final Shop shop;
  private final Consumer<String> reached;

  private TeaHouse(Shop shop, Consumer<String> reached) {
    this.shop = shop;
    this.reached = reached;
  }

  /** With nothing that stops it. */
  static DbosBuilder builder(String systemUrl, Shop shop) {
    return builder(systemUrl, new TeaHouse(shop, point -> {}));
  }

  private static DbosBuilder builder(String systemUrl, TeaHouse house) {
    return DBOS.builder("tea-house")
        .systemDatabaseUrl(systemUrl)
        .systemDatabasePool(Pooling.options())
        .datasource(house.shop.datasource())
        .workflow(ORDER, house::order)
        .workflow(DELIVERY, house::deliver);
  }

  private String order(@Nullable String sku) throws Exception {
    Workflow.setEvent("status", "begun");
    boolean stops = "stopped tea".equals(sku);
    int left =
        shop.call(
            "reserve",
            tables -> {
              int rest = tables.reserve("tea");
              reach(stops, RESERVING);
              return rest;
            });
    reach(stops, RESERVED);
    String money = Workflow.receive("money", String.class, LONG).orElse("nothing");
    String delivered = Workflow.start(DELIVERY, sku).result();
    return left + " left, " + money + ", " + delivered;
  }

  private void reach(boolean stops, String point) {
    if (stops) {
      reached.accept(point);
    }
  }

  private String deliver(@Nullable String sku) {
    return Workflow.callStep("deliver", () -> sku + " delivered");
  }

  /**
   * Starts a process that begins orders and stops in that of stopped tea, after its reservation.
   */
  static ChildJvm start(String systemUrl, String shopUrl) {
    return ChildJvm.builder(TeaHouse.class).arguments(systemUrl, shopUrl).start();
  }

  public static void main(String[] arguments) throws IOException {
    BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    Consumer<String> stop =
        point -> {
          System.out.println(point);
          readLine(input);
        };
    try (Shop shop = Adapter.JDBC.open(arguments[1], Options.DEFAULT);
        DBOS dbos = builder(arguments[0], new TeaHouse(shop, stop)).launch()) {
      dbos.run(DELIVERY, "sample", StartOptions.id("delivered"));
      dbos.start(ORDER, "tea", StartOptions.id("waiting"));
      dbos.start(ORDER, "late tea", StartOptions.id("limited").withTimeout(LONG));
      dbos.send("waiting", "gold");
      dbos.enqueue(DELIVERY, "delayed tea", StartOptions.id("delayed").withDelay(LONG));
      awaitReceive(dbos, "waiting");
      awaitReceive(dbos, "limited");
      System.out.println(ALL_STARTED);
      readLine(input);
      dbos.start(ORDER, "stopped tea", StartOptions.id("stopped"));
      dbos.retrieve("stopped", String.class).result();
    }
  }

  /** Until it has reserved and recorded how long it waits for money. */
  private static void awaitReceive(DBOS dbos, String id) {
    Eventually.await("waiting for money", () -> dbos.steps(id).size() >= 3);
  }

  private static void readLine(BufferedReader input) {
    try {
      input.readLine();
    } catch (IOException gone) {
      throw new IllegalStateException(gone);
    }
  }
}
