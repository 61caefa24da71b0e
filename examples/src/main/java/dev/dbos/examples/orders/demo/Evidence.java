package dev.dbos.examples.orders.demo;

import static dev.dbos.examples.orders.db.Tables.ORDERS;
import static dev.dbos.examples.orders.db.Tables.PAYMENTS;
import static dev.dbos.examples.orders.db.Tables.SHIPMENTS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.sum;

import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.examples.orders.LedgerGateway;
import dev.dbos.examples.orders.LedgerGateway.Kind;
import java.math.BigDecimal;
import java.util.List;
import org.jooq.DSLContext;

/**
 * What is true of the orders of a basket, read from the shop's tables and the bank's ledger, and
 * from nothing that the workflows say about themselves.
 *
 * @param orders in the order of the basket
 * @param shelf what is left
 */
record Evidence(List<OfOrder> orders, Shelf shelf) {

  /**
   * What is true of one order.
   *
   * @param line the order
   * @param status its status, or a dash when there is no such order
   * @param rows its rows in the tables
   * @param bank its lines in the ledger
   */
  record OfOrder(Basket.Line line, String status, Rows rows, Bank bank) {}

  /**
   * The rows of an order.
   *
   * @param orders in table orders
   * @param payments in table payments
   * @param shipments in table shipments
   * @param paidCents the sum of the payments
   */
  record Rows(int orders, int payments, int shipments, int paidCents) {}

  /**
   * The bank's view of an order.
   *
   * @param calls how often it was asked
   * @param charges how often money moved
   * @param chargedCents how much in all
   */
  record Bank(int calls, int charges, int chargedCents) {}

  /** Collects what is true now, in one read-only transaction. */
  static Evidence collect(Datasource<DSLContext> shop, LedgerGateway bank, Basket basket) {
    return shop.callTransaction(
        "collect evidence",
        TransactionOptions.DEFAULT.withReadOnly(),
        tx ->
            new Evidence(
                basket.lines().stream()
                    .map(
                        line ->
                            new OfOrder(
                                line,
                                status(tx, line.number()),
                                rows(tx, line.number()),
                                bank(bank, line.number())))
                    .toList(),
                Shelf.read(tx)));
  }

  private static String status(DSLContext tx, String number) {
    return tx.select(ORDERS.STATUS)
        .from(ORDERS)
        .where(ORDERS.NUMBER.eq(number))
        .fetchOptional(ORDERS.STATUS)
        .orElse("-");
  }

  private static Rows rows(DSLContext tx, String number) {
    BigDecimal paid =
        tx.select(coalesce(sum(PAYMENTS.CENTS), BigDecimal.ZERO))
            .from(PAYMENTS)
            .where(PAYMENTS.ORDER_NUMBER.eq(number))
            .fetchSingle()
            .value1();
    return new Rows(
        tx.fetchCount(ORDERS, ORDERS.NUMBER.eq(number)),
        tx.fetchCount(PAYMENTS, PAYMENTS.ORDER_NUMBER.eq(number)),
        tx.fetchCount(SHIPMENTS, SHIPMENTS.ORDER_NUMBER.eq(number)),
        paid.intValueExact());
  }

  private static Bank bank(LedgerGateway bank, String number) {
    List<LedgerGateway.Entry> calls =
        bank.entries().stream().filter(entry -> entry.order().equals(number)).toList();
    List<LedgerGateway.Entry> charges =
        calls.stream().filter(entry -> entry.kind() == Kind.CHARGED).toList();
    return new Bank(
        calls.size(), charges.size(), charges.stream().mapToInt(LedgerGateway.Entry::cents).sum());
  }
}
