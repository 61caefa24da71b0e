package dev.dbos.datasource;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A database of the user's with a pool of its own, whose transactions are durable steps.
 *
 * <p>In a workflow, the writes of a transaction and its recorded result commit together: a
 * committed transaction never runs again in that workflow, and a replay returns the recorded result
 * or throws the recorded error. Outside a workflow and inside a step it is a plain transaction,
 * with the same retries on conflicts. Inside another transaction of the same datasource it is a
 * savepoint; inside one of another datasource it is refused, since the two cannot commit together.
 *
 * <p>A body may run several times before it commits, so it must have no effect but its SQL. When it
 * throws, the transaction rolls back, in a workflow the error is recorded, and the same exception
 * reaches the caller.
 *
 * <p>Thread-safe. Whoever created a datasource closes it, after every {@code DBOS} that uses it.
 *
 * @param <T> what a body works with
 */
public interface Datasource<T> extends AutoCloseable {
  /**
   * Runs {@code body} in a transaction.
   *
   * @param name the step's name in a workflow; also used in messages
   * @throws X what the body throws
   * @throws dev.dbos.error.SerializationException when the result cannot be stored; nothing is
   *     committed
   * @throws dev.dbos.error.TransactionAbortedException when an SQL error that the body caught had
   *     aborted the transaction
   * @throws dev.dbos.error.TransactionRetriesExhaustedException when conflicts never ended
   * @throws dev.dbos.error.DatabaseUnavailableException when no connection could be had
   */
  <R extends @Nullable Object, X extends Exception> R callTransaction(
      String name, TransactionOptions options, TransactionCallable<T, R, X> body) throws X;

  /**
   * Like {@link #callTransaction(String, TransactionOptions, TransactionCallable)}, as it comes.
   */
  default <R extends @Nullable Object, X extends Exception> R callTransaction(
      String name, TransactionCallable<T, R, X> body) throws X {
    return callTransaction(name, TransactionOptions.DEFAULT, body);
  }

  /** Runs {@code body} in a transaction without a result. */
  default <X extends Exception> void runTransaction(
      String name, TransactionOptions options, TransactionRunnable<T, X> body) throws X {
    this.<@Nullable Object, X>callTransaction(name, options, body.withoutResult());
  }

  /** Runs {@code body} in a transaction without a result. */
  default <X extends Exception> void runTransaction(String name, TransactionRunnable<T, X> body)
      throws X {
    runTransaction(name, TransactionOptions.DEFAULT, body);
  }

  /**
   * Runs {@code body} in a transaction on a thread of its own. In a workflow its place among the
   * steps is taken by this call, so the workflow stays deterministic; the workflow does not end
   * before it.
   *
   * @return completes with the result, or exceptionally with what the body threw
   */
  <R extends @Nullable Object, X extends Exception> CompletableFuture<R> callTransactionAsync(
      String name, TransactionOptions options, TransactionCallable<T, R, X> body);

  /** Like the other {@code callTransactionAsync}, with the default options. */
  default <R extends @Nullable Object, X extends Exception>
      CompletableFuture<R> callTransactionAsync(String name, TransactionCallable<T, R, X> body) {
    return callTransactionAsync(name, TransactionOptions.DEFAULT, body);
  }

  /** The name used in logs, errors and metrics. */
  String name();

  /** The URL it was created from, or empty for one that uses a data source of the caller's. */
  Optional<DatabaseUrl> databaseUrl();

  /**
   * The URL it was created from.
   *
   * @throws IllegalStateException for a datasource over a data source of the caller's
   */
  default DatabaseUrl url() {
    return databaseUrl()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "Datasource "
                        + name()
                        + " was made from a javax.sql.DataSource and has no URL of its own."));
  }

  /**
   * This datasource seen as a {@code type}, for example its {@link javax.sql.DataSource}.
   *
   * @return empty when it is no such thing
   */
  <W> Optional<W> unwrap(Class<W> type);

  /** Closes the pool it opened; a data source that was handed in stays open. */
  @Override
  void close();
}
