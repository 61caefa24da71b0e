package dev.dbos.datasource.jooq;

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
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.conf.Settings;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConfiguration;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/**
 * A datasource whose transactions work on a {@link DSLContext}, typed by generated tables. Use only
 * the context that is handed to the body: it is the one inside the transaction. jOOQ's own {@code
 * tx.transaction(...)} inside it is a savepoint.
 *
 * {@snippet :
 * JooqDatasource shop = JooqDatasource.create("postgresql://app:secret@db.example/shop");
 * int left = shop.callTransaction("reserve stock", tx ->
 *     tx.update(STOCK).set(STOCK.LEFT, STOCK.LEFT.minus(1)).where(STOCK.ID.eq(id))
 *         .returning(STOCK.LEFT).fetchOne(STOCK.LEFT));
 * }
 */
public final class JooqDatasource implements Datasource<DSLContext> {
  static {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
  }

  private final DatasourceEngine engine;
  private final Configuration template;

  private JooqDatasource(DatasourceEngine engine, Settings settings) {
    this.engine = engine;
    this.template = new DefaultConfiguration().set(engine.dialect()).set(settings);
  }

  /**
   * Opens the database at {@code url} with the default settings.
   *
   * @throws dev.dbos.error.ConfigurationException when the URL is wrong
   * @throws dev.dbos.error.DatabaseUnavailableException when the database cannot be reached
   */
  public static JooqDatasource create(String url) {
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
  public static JooqDatasource from(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** Begins to configure a datasource over a pool of the caller's. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(new Source.Existing(dataSource));
  }

  @Override
  public <R extends @Nullable Object, X extends Exception> R callTransaction(
      String name, TransactionOptions options, TransactionCallable<DSLContext, R, X> body)
      throws X {
    return engine.<R, X>call(name, options, connection -> body.call(context(connection)));
  }

  @Override
  public <R extends @Nullable Object, X extends Exception>
      CompletableFuture<R> callTransactionAsync(
          String name, TransactionOptions options, TransactionCallable<DSLContext, R, X> body) {
    return engine.<R, X>callAsync(name, options, connection -> body.call(context(connection)));
  }

  private DSLContext context(Connection connection) {
    return DSL.using(
        template
            .derive(new DefaultConnectionProvider(connection))
            .set(new SavepointTransactions()));
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

  /** The settings of a {@link JooqDatasource}. */
  public static final class Builder extends DatasourceBuilder<Builder, JooqDatasource> {
    private Settings settings = new Settings();

    private Builder(Source source) {
      super(source);
    }

    /** How jOOQ renders and runs statements; default jOOQ's own settings. */
    public Builder jooqSettings(Settings jooqSettings) {
      this.settings = jooqSettings;
      return this;
    }

    @Override
    public JooqDatasource build() {
      return new JooqDatasource(DatasourceEngine.open(settings()), settings);
    }

    @Override
    protected Builder self() {
      return this;
    }
  }
}
