package dev.dbos.examples.orders.demo;

import dev.dbos.Workflow;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.datasource.TransactionOptions;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** The shop's datasource, where some transactions of checkouts commit and then do not return. */
record StallingShop(Datasource<DSLContext> shop, Stalls stalls) implements Datasource<DSLContext> {

  @Override
  public <R extends @Nullable Object, X extends Exception> R callTransaction(
      String name, TransactionOptions options, TransactionCallable<DSLContext, R, X> body)
      throws X {
    R result = shop.callTransaction(name, options, body);
    stalls.passed(Workflow.id(), name);
    return result;
  }

  @Override
  public <R extends @Nullable Object, X extends Exception>
      CompletableFuture<R> callTransactionAsync(
          String name, TransactionOptions options, TransactionCallable<DSLContext, R, X> body) {
    return shop.callTransactionAsync(name, options, body);
  }

  @Override
  public String name() {
    return shop.name();
  }

  @Override
  public Optional<DatabaseUrl> databaseUrl() {
    return shop.databaseUrl();
  }

  @Override
  public <W> Optional<W> unwrap(Class<W> type) {
    return shop.unwrap(type);
  }

  @Override
  public void close() {
    shop.close();
  }
}
