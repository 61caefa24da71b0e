package dev.dbos.examples.orders;

/** The bank, somewhere behind a network. */
@FunctionalInterface
public interface PaymentGateway {
  /**
   * Charges a card once for each order: asked again for the same order, it returns the same charge.
   *
   * @param order what the charge is for; the idempotency key
   * @return the id of the charge
   * @throws CardDeclinedException when the bank refuses, for good
   */
  String charge(String order, String card, int cents) throws CardDeclinedException;
}
