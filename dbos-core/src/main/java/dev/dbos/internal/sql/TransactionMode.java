package dev.dbos.internal.sql;

import dev.dbos.datasource.IsolationLevel;
import org.jspecify.annotations.Nullable;

/**
 * How a transaction is opened.
 *
 * @param isolation null for what the session is set to
 * @param readOnly whether the database is told that nothing will be written
 */
public record TransactionMode(@Nullable IsolationLevel isolation, boolean readOnly) {
  /** Writing, at the isolation level of the session. */
  public static final TransactionMode WRITE = new TransactionMode(null, false);
}
