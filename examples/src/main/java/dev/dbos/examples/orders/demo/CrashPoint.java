package dev.dbos.examples.orders.demo;

/** Where the demo lets the process die: each is the worst moment for one kind of step. */
enum CrashPoint {
  /** The stock is reserved, nothing else has happened. */
  STOCK_RESERVED("reserve stock", "stock reserved and committed, card not charged"),
  /** The bank has the money, the workflow has not heard of it. */
  CARD_CHARGED("charge card", "card charged, the bank's answer still under way"),
  /** The payment is recorded, the order is not shipped. */
  PAYMENT_RECORDED("record payment", "payment recorded and committed, not shipped"),
  /** Everything is done, except that nobody knows. */
  ORDER_SHIPPED("ship order", "shipment committed, checkout not marked as done");

  private final String step;
  private final String description;

  CrashPoint(String step, String description) {
    this.step = step;
    this.description = description;
  }

  /** The last step that was done. */
  String step() {
    return step;
  }

  /** What has happened by then. */
  String description() {
    return description;
  }
}
