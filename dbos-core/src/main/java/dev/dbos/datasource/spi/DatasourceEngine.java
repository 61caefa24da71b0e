package dev.dbos.datasource.spi;

import dev.dbos.datasource.AppMigrations;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.DatasourceSettings.Source;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DbosException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.migration.OutputTable;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.Pools;
import dev.dbos.internal.transaction.DurableTransactions;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A datasource without its face: an adapter adds what its bodies work with, and nothing else. */
public final class DatasourceEngine implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatasourceEngine.class);

  private final @Nullable DatabaseUrl url;
  private final Database database;
  private final DurableTransactions transactions;
  private final boolean borrowed;

  private DatasourceEngine(
      @Nullable DatabaseUrl url,
      Database database,
      DurableTransactions transactions,
      boolean borrowed) {
    this.url = url;
    this.database = database;
    this.transactions = transactions;
    this.borrowed = borrowed;
  }

  /** Opens the pool, migrates the application's tables and checks the table of step outputs. */
  public static DatasourceEngine open(DatasourceSettings settings) {
    DatabaseUrl url = settings.source() instanceof Source.Url given ? given.url() : null;
    Database database = openDatabase(settings);
    try {
      if (settings.migrations() != null) {
        migrate(database, settings.migrations());
      }
      OutputTable.prepare(database, settings.schema());
      DurableTransactions transactions =
          new DurableTransactions(database, settings.session(), settings.schema());
      transactions.outboxTable().prepare();
      return new DatasourceEngine(url, database, transactions, false);
    } catch (Throwable failure) {
      database.close();
      throw failure;
    }
  }

  /**
   * Opens the one datasource of a runtime beside its {@code system} database. In the system
   * database itself there is no table of step outputs; if that is in memory its only connection is
   * shared.
   *
   * @param schema where the tables of this library are
   */
  public static DatasourceEngine beside(
      Database system, Pools.Owner owner, DatabaseUrl url, PoolSetup pool, String schema) {
    if (url.inMemory() && system.url().filter(url::equals).isPresent()) {
      return new DatasourceEngine(
          url, system, new DurableTransactions(system, SessionOptions.DEFAULT, schema), true);
    }
    SessionOptions session = SessionOptions.DEFAULT;
    Database database =
        Pools.open(
            owner,
            url,
            pool,
            new Pools.Session(session.applicationName(), session.isolation(), null));
    try {
      DurableTransactions transactions = new DurableTransactions(database, session, schema);
      if (!database.identity().equals(system.identity())) {
        OutputTable.prepare(database, schema);
        transactions.outboxTable().prepare();
      }
      return new DatasourceEngine(url, database, transactions, false);
    } catch (Throwable failure) {
      database.close();
      throw failure;
    }
  }

  private static Database openDatabase(DatasourceSettings settings) {
    return switch (settings.source()) {
      case Source.Existing existing -> adopt(settings, existing.dataSource());
      case Source.Url given ->
          Pools.open(
              Pools.Owner.datasource(
                  settings.name() == null ? given.url().databaseName() : settings.name()),
              given.url(),
              settings.pool(),
              new Pools.Session(
                  settings.session().applicationName(),
                  settings.session().isolation(),
                  settings.session().statementTimeout()));
    };
  }

  private static Database adopt(DatasourceSettings settings, DataSource source) {
    String name = settings.name() == null ? "existing data source" : settings.name();
    if (settings.pool().credentials() != null || settings.pool().customizer() != null) {
      throw new ConfigurationException(
          "Datasource "
              + name
              + " uses the data source it was given, so credentials(...) and configurePool(...) have"
              + " no effect. Set them on that data source.",
          null);
    }
    return Pools.adopt(name, source);
  }

  private static void migrate(Database database, AppMigrations migrations) {
    if (database.isPooled()) {
      LOG.warn(
          "Datasource {} migrates its tables through a connection pooler. One that lends a server"
              + " for a transaction breaks session locks, as Liquibase is guarded by; migrate through"
              + " a direct connection, from a deploy job",
          database.name());
    }
    try (Lease lease = database.lease(Access.WRITE)) {
      migrations.apply(lease.connection());
    } catch (DbosException explained) {
      throw explained;
    } catch (Exception failure) {
      throw new SchemaException(
          "The migrations of datasource " + database.name() + " failed: " + failure.getMessage(),
          database.name(),
          failure);
    }
  }

  /** Runs {@code body} in a transaction, on a connection that is guarded. */
  public <R extends @Nullable Object, X extends Exception> R call(
      String name, TransactionOptions options, TransactionCallable<Connection, R, X> body)
      throws X {
    return transactions.call(name, options, body);
  }

  /** Like {@link #call}, on a thread of its own. */
  public <R extends @Nullable Object, X extends Exception> CompletableFuture<R> callAsync(
      String name, TransactionOptions options, TransactionCallable<Connection, R, X> body) {
    return transactions.callAsync(name, options, body);
  }

  /** The datasource's name. */
  public String name() {
    return database.name();
  }

  /** The URL, unless it uses a data source of the caller's. */
  public Optional<DatabaseUrl> url() {
    return Optional.ofNullable(url);
  }

  /** The dialect jOOQ renders for. */
  public SQLDialect dialect() {
    Dialect dialect = database.dialect();
    return dialect.jooq();
  }

  /** The database underneath; for the runtime. */
  public Database database() {
    return database;
  }

  /** The transactions underneath; for the runtime. */
  public DurableTransactions transactions() {
    return transactions;
  }

  /** This engine or its pool as a {@code type}. */
  public <W> Optional<W> unwrap(Class<W> type) {
    if (type.isInstance(this)) {
      return Optional.of(type.cast(this));
    }
    DataSource pool = database.dataSource();
    return type.isInstance(pool) ? Optional.of(type.cast(pool)) : Optional.empty();
  }

  @Override
  public void close() {
    transactions.close();
    if (!borrowed) {
      database.close();
    }
  }
}
