package dev.dbos.datasource.jdbc;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.DatasourceBuilder;
import dev.dbos.datasource.DatasourceSettings.Source;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.datasource.spi.DatasourceEngine;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A datasource whose transactions work on a {@link Connection}. What would end the transaction
 * ({@code commit}, {@code rollback}, {@code close}, {@code setAutoCommit}) throws on it.
 *
 * {@snippet :
 * JdbcDatasource shop = JdbcDatasource.create("postgresql://app:secret@db.example/shop");
 * int left = shop.callTransaction("reserve stock", connection -> reserve(connection, order));
 * }
 */
public final class JdbcDatasource implements Datasource<Connection> {
  private final DatasourceEngine engine;

  private JdbcDatasource(DatasourceEngine engine) {
    this.engine = engine;
  }

  /**
   * Opens the database at {@code url} with the default settings.
   *
   * @throws dev.dbos.error.ConfigurationException when the URL is wrong
   * @throws dev.dbos.error.DatabaseUnavailableException when the database cannot be reached
   */
  public static JdbcDatasource create(String url) {
    return builder(url).build();
  }

  /**
   * Begins to configure a datasource for the database at {@code url}.
   *
   * @throws dev.dbos.error.ConfigurationException when the URL is wrong
   */
  public static Builder builder(String url) {
    return new Builder(new Source.Url(DatabaseUrl.parse(url)));
  }

  /** Uses a pool of the caller's, which stays the caller's to close. */
  public static JdbcDatasource from(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** Begins to configure a datasource over a pool of the caller's. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(new Source.Existing(dataSource));
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> R callTransaction(
      String name, TransactionOptions options, TransactionCallable<Connection, R, X> body)
      throws X {
    return engine.<R, X>call(name, options, body);
  }

  @Override
  public <R extends @Nullable Object, X extends Exception>
      CompletableFuture<R> callTransactionAsync(
          String name, TransactionOptions options, TransactionCallable<Connection, R, X> body) {
    return engine.<R, X>callAsync(name, options, body);
  }

  @Override
  public String name() {
    return engine.name();
  }

  @Override
  public Optional<DatabaseUrl> databaseUrl() {
    return engine.url();
  }

  @Override
  public <W> Optional<W> unwrap(Class<W> type) {
    return engine.unwrap(type);
  }

  @Override
  public void close() {
    engine.close();
  }

  @Override
  public String toString() {
    return "datasource " + name();
  }

  /** The settings of a {@link JdbcDatasource}. */
  public static final class Builder extends DatasourceBuilder<Builder, JdbcDatasource> {
    private Builder(Source source) {
      super(source);
    }

    @Override
    public JdbcDatasource build() {
      return new JdbcDatasource(DatasourceEngine.open(settings()));
    }

    @Override
    protected Builder self() {
      return this;
    }
  }
}
