package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * A database could not be reached, refused the log-in, or had no connection free in time. Trying
 * again later may help.
 */
public final class DatabaseUnavailableException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String datasource;

  /** Creates one that says {@code message}. */
  public DatabaseUnavailableException(
      String message, String datasource, @Nullable Throwable cause) {
    super(message, cause);
    this.datasource = datasource;
  }

  /** The name of the datasource, or {@code system database}. */
  public String datasource() {
    return datasource;
  }
}
