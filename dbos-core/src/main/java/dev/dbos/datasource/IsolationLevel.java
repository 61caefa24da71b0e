package dev.dbos.datasource;

/**
 * How far a transaction is shielded from concurrent ones. SQLite transactions are always
 * serializable; there every level behaves like {@link #SERIALIZABLE}.
 */
public enum IsolationLevel {
  /** Each statement sees what was committed before it began. */
  READ_COMMITTED,
  /** All statements see what was committed before the first one began. */
  REPEATABLE_READ,
  /** As if transactions ran one after another. The default. */
  SERIALIZABLE
}
