package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * A transaction kept meeting conflicts or lost connections until its retries were used up. Nothing
 * was written; the cause is the last failure.
 */
public final class TransactionRetriesExhaustedException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String datasource;

  private final String transaction;

  private final int attempts;

  /** Creates one that says {@code message}. */
  public TransactionRetriesExhaustedException(
      String message,
      String datasource,
      String transaction,
      int attempts,
      @Nullable Throwable cause) {
    super(message, cause);
    this.datasource = datasource;
    this.transaction = transaction;
    this.attempts = attempts;
  }

  /** The name of the datasource, or {@code system database}. */
  public String datasource() {
    return datasource;
  }

  /** The name of the transaction. */
  public String transaction() {
    return transaction;
  }

  /** How many attempts were made. */
  public int attempts() {
    return attempts;
  }
}
