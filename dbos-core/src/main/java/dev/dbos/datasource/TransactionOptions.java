package dev.dbos.datasource;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How one transaction runs; by default with its datasource's isolation level, and writing. */
public final class TransactionOptions {
  /** The datasource's isolation level, writing. */
  public static final TransactionOptions DEFAULT = new TransactionOptions(null, false);

  private final @Nullable IsolationLevel isolation;
  private final boolean readOnly;

  private TransactionOptions(@Nullable IsolationLevel isolation, boolean readOnly) {
    this.isolation = isolation;
    this.readOnly = readOnly;
  }

  /** The same with another isolation level. */
  public TransactionOptions withIsolation(IsolationLevel level) {
    return new TransactionOptions(level, readOnly);
  }

  /**
   * The same, but the database is told that nothing will be written, so that a replica or a
   * read-only role works. In a workflow the result is recorded in the system database.
   */
  public TransactionOptions withReadOnly() {
    return new TransactionOptions(isolation, true);
  }

  /** The isolation level, or empty for the datasource's own. */
  public Optional<IsolationLevel> isolation() {
    return Optional.ofNullable(isolation);
  }

  /** Whether the transaction only reads; default false. */
  public boolean readOnly() {
    return readOnly;
  }
}
