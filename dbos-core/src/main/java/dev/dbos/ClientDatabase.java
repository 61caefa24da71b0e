package dev.dbos;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.operations.MovedDatabase;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Pools;
import dev.dbos.internal.store.SystemDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/** Where a client finds the system database of an application. */
final class ClientDatabase {
  private static final String NAME = "system database";
  private static final Pools.Owner OWNER =
      new Pools.Owner(
          NAME, "pool(PoolOptions.DEFAULT.withMaximumSize(...)) of the client's builder");

  private final Function<PoolOptions, Database> opening;

  private ClientDatabase(Function<PoolOptions, Database> opening) {
    this.opening = opening;
  }

  /** At a URL, with a pool of the client's own. */
  static ClientDatabase at(DatabaseUrl url) {
    if (url.inMemory()) {
      throw new ConfigurationException(
          "A system database in memory is seen only by the DBOS that has it. Give that one a file"
              + " or PostgreSQL, or use it itself instead of a DbosClient.",
          null);
    }
    Pools.Session session = new Pools.Session("dbos_client", IsolationLevel.READ_COMMITTED, null);
    return new ClientDatabase(
        pool -> {
          requireFile(url.file());
          return Pools.open(OWNER, url, PoolSetup.of(pool), session);
        });
  }

  /** Through a data source of the caller's. */
  static ClientDatabase over(DataSource dataSource) {
    return new ClientDatabase(pool -> Pools.adopt(NAME, dataSource));
  }

  /** The driver would make an empty one. */
  private static void requireFile(Optional<Path> file) {
    if (file.isPresent() && !Files.exists(file.get())) {
      throw new DatabaseUnavailableException(
          "The system database file "
              + file.get()
              + " does not exist, and a client makes none. Launch the application first, or see"
              + " that the URL names its file.",
          NAME,
          null);
    }
  }

  /** Another implementation's file has no table that could say so. */
  private static void refuseMoved(Database database, String schema) {
    if (database.dialect() instanceof Dialect.Sqlite
        && SystemSchema.missingOwn(database, schema).isEmpty()) {
      MovedDatabase.refuse(new SystemDatabase(database, schema));
    }
  }

  /** Opens it when it is used first, unless its tables are not there. */
  SystemDatabase lazily(String schema, PoolOptions pool) {
    return new SystemDatabase(
        () -> {
          Database database = opening.apply(pool);
          try {
            SystemSchema.require(database, schema);
            refuseMoved(database, schema);
            return database;
          } catch (Throwable failure) {
            database.close();
            throw failure;
          }
        },
        schema);
  }
}
