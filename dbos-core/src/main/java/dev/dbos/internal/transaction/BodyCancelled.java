package dev.dbos.internal.transaction;

/**
 * The statements of a transaction's body were cancelled, so whatever became of it does not count.
 * An {@code Error}, so that a body that catches {@code Exception} does not go on.
 */
final class BodyCancelled extends Error {
  private static final long serialVersionUID = 1L;

  BodyCancelled() {
    super("The statements of the transaction were cancelled", null, false, false);
  }
}
