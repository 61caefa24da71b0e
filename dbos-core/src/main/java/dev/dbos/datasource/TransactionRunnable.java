package dev.dbos.datasource;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction without a result. It may run several times before it commits, so it
 * must have no effect but its SQL.
 *
 * @param <T> what the body works with, for example {@link java.sql.Connection}
 * @param <X> the checked exception the body may throw
 */
@FunctionalInterface
public interface TransactionRunnable<T, X extends Exception> {
  /**
   * Runs inside the transaction.
   *
   * @param tx valid until this method returns
   */
  void run(T tx) throws X;

  /** The same as a body whose result is null. */
  @SuppressWarnings("NullAway") // the type argument says that the result is null
  default TransactionCallable<T, @Nullable Object, X> withoutResult() {
    return tx -> {
      run(tx);
      return null;
    };
  }
}
