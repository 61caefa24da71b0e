package dev.dbos.conformance;

import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.TransactionOptions;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A datasource of either adapter, whose transactions work on the shop's tables. */
final class Shop implements AutoCloseable {
  private final Opened<?> opened;

  <T> Shop(Datasource<T> datasource, Function<T, ShopTables> tables) {
    this.opened = new Opened<>(datasource, tables);
  }

  /** What a transaction does. */
  @FunctionalInterface
  interface Body<R extends @Nullable Object> {
    R run(ShopTables tables) throws Exception;
  }

  /** What a transaction without a result does. */
  @FunctionalInterface
  interface Action {
    void run(ShopTables tables) throws Exception;
  }

  private record Opened<T>(Datasource<T> datasource, Function<T, ShopTables> tables) {
    <R extends @Nullable Object> R call(String name, TransactionOptions options, Body<R> body)
        throws Exception {
      return datasource.<R, Exception>callTransaction(
          name, options, tx -> body.run(tables.apply(tx)));
    }

    void run(String name, Action body) throws Exception {
      datasource.<Exception>runTransaction(name, tx -> body.run(tables.apply(tx)));
    }

    <R extends @Nullable Object> CompletableFuture<R> callAsync(String name, Body<R> body) {
      return datasource.<R, Exception>callTransactionAsync(name, tx -> body.run(tables.apply(tx)));
    }
  }

  Datasource<?> datasource() {
    return opened.datasource();
  }

  <R extends @Nullable Object> R call(String name, Body<R> body) throws Exception {
    return call(name, TransactionOptions.DEFAULT, body);
  }

  <R extends @Nullable Object> R call(String name, TransactionOptions options, Body<R> body)
      throws Exception {
    return opened.call(name, options, body);
  }

  void run(String name, Action body) throws Exception {
    opened.run(name, body);
  }

  <R extends @Nullable Object> CompletableFuture<R> callAsync(String name, Body<R> body) {
    return opened.callAsync(name, body);
  }

  @Override
  public void close() {
    opened.datasource().close();
  }
}
