package dev.dbos.conformance;

import dev.dbos.DbosBuilder;
import dev.dbos.Outbox;
import dev.dbos.Workflow;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Orders, each of which is to be shipped once by a workflow of its own; in whichever process. */
final class OrderDesk {
  /** Ships an order. */
  static final WorkflowDefinition<String, String> SHIP =
      WorkflowDefinition.of("ship", String.class, String.class);

  /** Takes an order in a workflow, and waits until it has been shipped. */
  static final WorkflowDefinition<String, String> TAKE =
      WorkflowDefinition.of("take", String.class, String.class);

  /** Receives messages up to "end". */
  static final WorkflowDefinition<Void, String> CLERK =
      WorkflowDefinition.of("clerk", Void.class, String.class);

  private static final Duration LONG = Duration.ofMinutes(2);

  private final Shop shop;

  OrderDesk(Shop shop) {
    this.shop = shop;
  }

  /** Makes the tables. */
  static void open(Premises premises) {
    premises.ledger().application().execute("create table orders (id varchar(60) primary key)");
    premises.ledger().application().execute("create table shipment (order_id varchar(60))");
  }

  Shop shop() {
    return shop;
  }

  DbosBuilder applyTo(DbosBuilder builder) {
    return builder
        .datasource(shop.datasource())
        .workflow(SHIP, id -> ship(String.valueOf(id)))
        .workflow(TAKE, id -> take(String.valueOf(id)))
        .workflow(CLERK, none -> listen());
  }

  private String ship(String id) throws Exception {
    shop.run("ship", tables -> tables.execute("insert into shipment values ('" + id + "')"));
    return "shipped " + id;
  }

  private String take(String id) throws Exception {
    String shipping = shop.call("order", tables -> order(tables, id).id());
    Workflow.runStep("thank", () -> {});
    return Outbox.handle(shop.datasource(), SHIP, shipping).result();
  }

  private static String listen() {
    List<String> heard = new ArrayList<>();
    while (!heard.contains("end")) {
      heard.add(Workflow.receive(String.class, LONG).orElse("end"));
    }
    return String.join(" ", heard);
  }

  /** The row and the start of the workflow. */
  static WorkflowHandle<String> order(ShopTables tables, String id) throws SQLException {
    tables.execute("insert into orders values ('" + id + "')");
    return Outbox.start(SHIP, id, StartOptions.id("ship-" + id));
  }

  /** Takes an order outside a workflow. */
  WorkflowHandle<String> order(String id) throws Exception {
    return shop.call("order", tables -> order(tables, id));
  }
}
