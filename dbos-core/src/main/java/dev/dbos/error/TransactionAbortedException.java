package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * A transaction was not committed although its body returned normally: an earlier SQL error that
 * the body caught had already aborted it, or the body ended the transaction by itself. Nothing was
 * written.
 */
public final class TransactionAbortedException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String datasource;

  private final String transaction;

  /** Creates one that says {@code message}. */
  public TransactionAbortedException(
      String message, String datasource, String transaction, @Nullable Throwable cause) {
    super(message, cause);
    this.datasource = datasource;
    this.transaction = transaction;
  }

  /** The name of the datasource, or {@code system database}. */
  public String datasource() {
    return datasource;
  }

  /** The name of the transaction. */
  public String transaction() {
    return transaction;
  }
}
