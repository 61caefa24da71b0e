package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * The tables a database must hold for this library are missing, behind, or could not be made. The
 * message carries the statement to run or the setting to change.
 */
public final class SchemaException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String datasource;

  /** Creates one that says {@code message}. */
  public SchemaException(String message, String datasource, @Nullable Throwable cause) {
    super(message, cause);
    this.datasource = datasource;
  }

  /** The name of the datasource, or {@code system database}. */
  public String datasource() {
    return datasource;
  }
}
