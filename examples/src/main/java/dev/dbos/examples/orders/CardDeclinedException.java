package dev.dbos.examples.orders;

/** The bank refused to charge a card; asking again does not help. */
public final class CardDeclinedException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates one that says {@code message}. */
  public CardDeclinedException(String message) {
    super(message);
  }
}
