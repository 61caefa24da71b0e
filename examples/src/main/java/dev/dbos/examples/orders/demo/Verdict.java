package dev.dbos.examples.orders.demo;

import dev.dbos.examples.orders.demo.Evidence.Bank;
import dev.dbos.examples.orders.demo.Evidence.OfOrder;
import dev.dbos.examples.orders.demo.Evidence.Rows;
import dev.dbos.examples.orders.demo.Shelf.Product;
import java.util.ArrayList;
import java.util.List;

/**
 * Compares the evidence with what must be.
 *
 * @param objections what is wrong; empty when all is as it must be
 */
record Verdict(List<String> objections) {

  /**
   * Judges.
   *
   * @param opening the products before the first order
   */
  static Verdict on(Evidence evidence, Shelf opening) {
    List<String> objections = new ArrayList<>();
    for (OfOrder order : evidence.orders()) {
      judge(order, opening, objections);
    }
    for (Product before : opening.products()) {
      int expected = before.stock() - sold(evidence, before.sku());
      int found = evidence.shelf().product(before.sku()).stock();
      require(
          found == expected,
          before.sku() + ": " + found + " left instead of " + expected,
          objections);
    }
    return new Verdict(List.copyOf(objections));
  }

  private static void judge(OfOrder order, Shelf opening, List<String> objections) {
    Basket.Line line = order.line();
    Rows rows = order.rows();
    Bank bank = order.bank();
    int once = line.declined() ? 0 : 1;
    int due = once * line.order().quantity() * opening.product(line.order().sku()).cents();
    String name = "order " + line.number() + ": ";
    require(rows.orders() == 1, name + rows.orders() + " rows in orders", objections);
    require(
        order.status().equals(line.declined() ? "DECLINED" : "SHIPPED"),
        name + "its status is " + order.status(),
        objections);
    require(rows.payments() == once, name + rows.payments() + " payments", objections);
    require(rows.shipments() == once, name + rows.shipments() + " shipments", objections);
    require(bank.charges() == once, name + "charged " + bank.charges() + " times", objections);
    require(bank.chargedCents() == due, name + "charged " + bank.chargedCents(), objections);
    require(rows.paidCents() == due, name + "recorded as paid " + rows.paidCents(), objections);
  }

  /** How much of a product was ordered by customers whose cards are good. */
  static int sold(Evidence evidence, String sku) {
    return evidence.orders().stream()
        .map(OfOrder::line)
        .filter(line -> line.order().sku().equals(sku) && !line.declined())
        .mapToInt(line -> line.order().quantity())
        .sum();
  }

  private static void require(boolean holds, String objection, List<String> objections) {
    if (!holds) {
      objections.add(objection);
    }
  }

  /** Whether all is as it must be. */
  boolean holds() {
    return objections.isEmpty();
  }
}
