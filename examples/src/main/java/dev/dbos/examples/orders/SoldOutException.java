package dev.dbos.examples.orders;

/** There is less in stock than was ordered. */
public final class SoldOutException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Creates one that says {@code message}. */
  public SoldOutException(String message) {
    super(message);
  }
}
