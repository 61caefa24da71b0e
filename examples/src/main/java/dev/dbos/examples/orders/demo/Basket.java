package dev.dbos.examples.orders.demo;

import static java.util.stream.Collectors.toSet;

import dev.dbos.examples.orders.OrderService.Order;
import dev.dbos.examples.orders.demo.ShopProgram.Event;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * The orders of one demo. Their numbers begin with the name of the run, so that a database can see
 * many runs.
 *
 * @param run the name of the run
 */
record Basket(String run) {
  private static final String WORKFLOW_ID = "checkout-";

  /** An order, and where the process dies with it; empty for one that ends before. */
  record Line(Order order, Optional<CrashPoint> crashPoint) {
    /** The order's number. */
    String number() {
      return order.number();
    }

    /** The id of the order's checkout. */
    String workflowId() {
      return workflowIdOf(number());
    }

    /** Whether the bank declines the customer's card. */
    boolean declined() {
      return order.customer().equals("mallory");
    }

    /** What the program says in the end. */
    Event outcome() {
      return declined() ? Event.DECLINED : Event.SHIPPED;
    }

    /** Whether the process dies right after this step. */
    boolean diesAfter(String step) {
      return crashPoint.map(point -> point.step().equals(step)).orElse(false);
    }
  }

  /** The id under which the checkout of an order is started. */
  static String workflowIdOf(String number) {
    return WORKFLOW_ID + number;
  }

  /** All orders, in the order in which they are placed. */
  List<Line> lines() {
    return List.of(
        new Line(order(1, "ada", "tea", 2), Optional.empty()),
        new Line(order(2, "alan", "mug", 1), Optional.empty()),
        new Line(order(3, "mallory", "tea", 5), Optional.empty()),
        new Line(order(4, "ada", "mug", 4), Optional.of(CrashPoint.STOCK_RESERVED)),
        new Line(order(5, "alan", "tea", 3), Optional.of(CrashPoint.CARD_CHARGED)),
        new Line(order(6, "ada", "tea", 1), Optional.of(CrashPoint.PAYMENT_RECORDED)),
        new Line(order(7, "alan", "mug", 2), Optional.of(CrashPoint.ORDER_SHIPPED)));
  }

  /** The lines a program says that stops at the crash points. */
  Set<String> saidBeforeTheCrash() {
    return said(line -> line.crashPoint().isPresent() ? Event.STALLED : line.outcome());
  }

  /** The lines a program says that stops nowhere. */
  Set<String> saidInTheEnd() {
    return said(Line::outcome);
  }

  private Set<String> said(Function<Line, Event> event) {
    return lines().stream().map(line -> event.apply(line).about(line)).collect(toSet());
  }

  private Order order(int number, String customer, String sku, int quantity) {
    return new Order(run + "-" + number, customer, sku, quantity);
  }
}
