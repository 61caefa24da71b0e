package dev.dbos.error;

/**
 * The {@code DBOS} this was asked of has been closed. Workflows that had not ended stay PENDING and
 * go on at the next launch.
 */
public final class DbosClosedException extends DbosException {
  private static final long serialVersionUID = 1L;

  /** Creates one that says {@code message}. */
  public DbosClosedException(String message) {
    super(message, null);
  }
}
