package dev.dbos.internal.transaction;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** What an adapter runs inside a transaction, on a guarded connection. */
@FunctionalInterface
public interface TransactionBody<R extends @Nullable Object, X extends Exception> {
  /** Runs it. */
  R run(Connection connection) throws X;
}
