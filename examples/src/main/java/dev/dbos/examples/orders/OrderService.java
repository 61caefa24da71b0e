package dev.dbos.examples.orders;

import static dev.dbos.examples.orders.db.Tables.CUSTOMERS;
import static dev.dbos.examples.orders.db.Tables.ORDERS;
import static dev.dbos.examples.orders.db.Tables.PAYMENTS;
import static dev.dbos.examples.orders.db.Tables.PRODUCTS;
import static dev.dbos.examples.orders.db.Tables.SHIPMENTS;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.liquibase.LiquibaseMigrations;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.nio.file.Path;
import org.jooq.DSLContext;

/** Sells things: reserves the stock, charges the card, records the payment, ships the order. */
public final class OrderService {
  /** What a customer asks for. */
  public record Order(String number, String customer, String sku, int quantity) {}

  /** What is to be charged. */
  record Bill(String card, int cents) {}

  /** What the customer gets. */
  public record Receipt(String order, int cents, String charge) {}

  /** The checkout of one order. */
  public static final WorkflowDefinition<Order, Receipt> CHECKOUT =
      WorkflowDefinition.of("checkout", Order.class, Receipt.class);

  /** A bank that does not answer is asked again, one that declines is not. */
  private static final RetryOptions BANK =
      RetryOptions.attempts(3).withRetryIf(failure -> !(failure instanceof CardDeclinedException));

  private final Datasource<DSLContext> shop;
  private final PaymentGateway gateway;

  /** Creates the service on the shop's database. */
  public OrderService(Datasource<DSLContext> shop, PaymentGateway gateway) {
    this.shop = shop;
    this.gateway = gateway;
  }

  /** Opens the shop's database, and brings its tables up to date. */
  public static JooqDatasource openShop(String url) {
    return JooqDatasource.builder(url)
        .name("shop")
        .migrations(LiquibaseMigrations.fromClasspath("db/changelog.yaml"))
        .build();
  }

  /** Starts the service: from here on it also finishes what a crash left behind. */
  public DBOS launch(String systemDatabaseUrl) {
    return DBOS.builder("orders")
        .systemDatabaseUrl(systemDatabaseUrl)
        .datasource(shop)
        .workflow(CHECKOUT, this::checkout)
        .launch();
  }

  /** Each transaction is committed exactly once, wherever the process is killed. */
  private Receipt checkout(Order order) throws SoldOutException, CardDeclinedException {
    Bill bill = shop.callTransaction("reserve stock", tx -> reserveStock(tx, order));
    String charge;
    try {
      charge =
          Workflow.callStep(
              "charge card", BANK, () -> gateway.charge(order.number(), bill.card(), bill.cents()));
    } catch (CardDeclinedException declined) {
      shop.runTransaction("release stock", tx -> releaseStock(tx, order));
      throw declined;
    }
    Receipt receipt = new Receipt(order.number(), bill.cents(), charge);
    shop.runTransaction("record payment", tx -> recordPayment(tx, receipt));
    shop.runTransaction("ship order", tx -> shipOrder(tx, order));
    return receipt;
  }

  private static Bill reserveStock(DSLContext tx, Order order) throws SoldOutException {
    int reserved =
        tx.update(PRODUCTS)
            .set(PRODUCTS.STOCK, PRODUCTS.STOCK.minus(order.quantity()))
            .where(PRODUCTS.SKU.eq(order.sku()), PRODUCTS.STOCK.ge(order.quantity()))
            .execute();
    if (reserved == 0) {
      throw new SoldOutException(
          "There are not " + order.quantity() + " " + order.sku() + " left.");
    }
    tx.insertInto(ORDERS)
        .set(ORDERS.NUMBER, order.number())
        .set(ORDERS.CUSTOMER, order.customer())
        .set(ORDERS.SKU, order.sku())
        .set(ORDERS.QUANTITY, order.quantity())
        .set(ORDERS.STATUS, "RESERVED")
        .execute();
    return tx.select(CUSTOMERS.CARD, PRODUCTS.PRICE_CENTS.times(order.quantity()))
        .from(CUSTOMERS, PRODUCTS)
        .where(CUSTOMERS.ID.eq(order.customer()), PRODUCTS.SKU.eq(order.sku()))
        .fetchSingle(row -> new Bill(row.value1(), row.value2()));
  }

  private static void releaseStock(DSLContext tx, Order order) {
    tx.update(PRODUCTS)
        .set(PRODUCTS.STOCK, PRODUCTS.STOCK.plus(order.quantity()))
        .where(PRODUCTS.SKU.eq(order.sku()))
        .execute();
    setStatus(tx, order, "DECLINED");
  }

  private static void recordPayment(DSLContext tx, Receipt receipt) {
    tx.insertInto(PAYMENTS)
        .set(PAYMENTS.ORDER_NUMBER, receipt.order())
        .set(PAYMENTS.CHARGE, receipt.charge())
        .set(PAYMENTS.CENTS, receipt.cents())
        .execute();
  }

  private static void shipOrder(DSLContext tx, Order order) {
    tx.insertInto(SHIPMENTS).set(SHIPMENTS.ORDER_NUMBER, order.number()).execute();
    setStatus(tx, order, "SHIPPED");
  }

  private static void setStatus(DSLContext tx, Order order, String status) {
    tx.update(ORDERS).set(ORDERS.STATUS, status).where(ORDERS.NUMBER.eq(order.number())).execute();
  }

  /** Sells two packs of tea to Ada; started again, it returns the same receipt. */
  public static void main(String[] arguments) {
    PaymentGateway bank = new LedgerGateway(Path.of("bank.ledger"));
    try (JooqDatasource shop = openShop("sqlite:///shop.sqlite");
        DBOS dbos = new OrderService(shop, bank).launch("sqlite:///orders.sqlite")) {
      Order order = new Order("1001", "ada", "tea", 2);
      System.out.println(dbos.run(CHECKOUT, order, StartOptions.id("checkout-1001")));
    }
  }
}
