package dev.dbos.datasource;

import org.jspecify.annotations.Nullable;

/**
 * The body of a transaction that returns a value. It may run several times before it commits, so it
 * must have no effect but its SQL.
 *
 * @param <T> what the body works with, for example {@link java.sql.Connection}
 * @param <R> the result
 * @param <X> the checked exception the body may throw
 */
@FunctionalInterface
public interface TransactionCallable<T, R extends @Nullable Object, X extends Exception> {
  /**
   * Runs inside the transaction.
   *
   * @param tx valid until this method returns
   */
  R call(T tx) throws X;
}
