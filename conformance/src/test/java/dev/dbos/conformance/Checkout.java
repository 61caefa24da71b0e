package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.workflow.WorkflowDefinition;
import org.jspecify.annotations.Nullable;

/** A workflow with a transaction and a step, the same in every process that runs it. */
final class Checkout {
  static final WorkflowDefinition<String, Integer> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, Integer.class);

  /** What cannot be reserved: the transaction throws after it has written. */
  static final String UNICORN = "unicorn";

  private final Shop shop;
  private final Journey journey;

  Checkout(Shop shop, Journey journey) {
    this.shop = shop;
    this.journey = journey;
  }

  /** A runtime that stands for the same executor in every process, and recovers what it left. */
  static DbosBuilder runtime(String systemUrl) {
    return DBOS.builder("checkout-service")
        .systemDatabaseUrl(systemUrl)
        .systemDatabasePool(Pooling.options())
        .executorId("till-1");
  }

  /** Launches a runtime for checkouts. */
  DBOS launch(String systemUrl) {
    return runtime(systemUrl)
        .datasource(shop.datasource())
        .workflow(CHECKOUT, this::checkout)
        .launch();
  }

  Integer checkout(@Nullable String sku) throws Exception {
    journey.reached(Point.BEFORE_TRANSACTION);
    int left;
    try {
      left = shop.call("reserve", tables -> reserve(tables, String.valueOf(sku)));
    } catch (SoldOutException soldOut) {
      journey.reached(Point.AFTER_TRANSACTION);
      throw soldOut;
    }
    journey.reached(Point.AFTER_TRANSACTION);
    Workflow.runStep("charge", () -> journey.reached(Point.CHARGING));
    return left;
  }

  private int reserve(ShopTables tables, String sku) throws Exception {
    journey.reached(Point.BODY_BEGINS);
    int left = tables.reserve(sku);
    journey.reached(Point.BEFORE_COMMIT);
    if (sku.equals(UNICORN)) {
      throw new SoldOutException("No unicorn can be had");
    }
    return left;
  }
}
