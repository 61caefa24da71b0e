package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** Opens HikariCP pools the way each product needs them, and says why one could not be opened. */
public final class Pools {
  private Pools() {}

  /**
   * What the sessions of a pool are set to.
   *
   * @param applicationName what the server shows for them
   * @param isolation the default of their transactions
   * @param statementTimeout null for none
   */
  public record Session(
      String applicationName, IsolationLevel isolation, @Nullable Duration statementTimeout) {}

  /**
   * Opens the database at {@code url} and checks that it can be reached.
   *
   * @throws DatabaseUnavailableException when it cannot, saying why
   */
  public static Database open(String name, DatabaseUrl url, PoolOptions pool, Session session) {
    String driver = Drivers.require(url);
    return switch (url.kind()) {
      case POSTGRESQL -> new PostgresPool(name, url, pool, session).open(driver);
      case SQLITE -> {
        try {
          yield new Database(
              name,
              sqlite(name, url, pool, driver),
              new Database.Session(session.isolation(), true));
        } catch (SQLException failure) {
          throw new OpenFailure(name, url).explain(failure);
        }
      }
    };
  }

  /** Uses {@code source}, which stays its owner's to close. */
  public static Database adopt(String name, DataSource source) {
    try {
      return new Database(
          name, new Database.Connections(source, source, false), Database.Session.UNKNOWN);
    } catch (SQLException failure) {
      throw new DatabaseUnavailableException(
          "The data source given for "
              + name
              + " hands out no connection: "
              + failure.getMessage()
              + ".",
          name,
          failure);
    }
  }

  private static Database.Connections sqlite(
      String name, DatabaseUrl url, PoolOptions pool, String driver) {
    OpenFailure explained = new OpenFailure(name, url);
    url.file().ifPresent(file -> requireParent(name, file));
    HikariConfig writing = config(name, url, pool, driver);
    writing.setMaximumPoolSize(1);
    writing.setDataSourceProperties(sqlitePragmas());
    if (url.inMemory()) {
      // A private database lives and dies with its one connection, which therefore serves readers
      // too and is never retired.
      writing.setMinimumIdle(1);
      writing.setIdleTimeout(0);
      writing.setMaxLifetime(0);
      writing.setKeepaliveTime(0);
      HikariDataSource source = start(writing, explained);
      return new Database.Connections(source, source, true);
    }
    HikariDataSource writers = start(writing, explained);
    try {
      SqlitePragmas.verify(writers, name);
      HikariConfig reading = config(name + " readers", url, pool, driver);
      reading.setMaximumPoolSize(pool.maximumSize());
      reading.setDataSourceProperties(sqlitePragmas());
      reading.setConnectionInitSql("PRAGMA query_only=ON");
      return new Database.Connections(writers, start(reading, explained), true);
    } catch (Throwable failure) {
      writers.close();
      throw failure;
    }
  }

  /** As driver properties: an init statement would run only the first of several pragmas. */
  private static Properties sqlitePragmas() {
    Properties properties = new Properties();
    SqlitePragmas.WANTED.forEach(properties::setProperty);
    return properties;
  }

  private static void requireParent(String name, Path file) {
    Path parent = file.getParent();
    if (Files.isDirectory(file)) {
      throw new ConfigurationException(
          "Cannot open " + name + ": " + file + " is a directory. Name a file.", null);
    }
    if (parent != null && !Files.isDirectory(parent)) {
      try {
        Files.createDirectories(parent);
      } catch (IOException failure) {
        throw new ConfigurationException(
            "Cannot open "
                + name
                + ": the directory "
                + parent
                + " does not exist and could not be made. Create it, or name another file.",
            failure);
      }
    }
  }

  static HikariConfig config(String name, DatabaseUrl url, PoolOptions pool, String driver) {
    HikariConfig config = new HikariConfig();
    config.setPoolName("dbos " + name);
    config.setJdbcUrl(url.jdbcUrl());
    config.setDriverClassName(driver);
    config.setMinimumIdle(Math.min(pool.minimumIdle(), pool.maximumSize()));
    config.setConnectionTimeout(pool.connectionTimeout().toMillis());
    config.setIdleTimeout(pool.idleTimeout().toMillis());
    config.setMaxLifetime(pool.maxLifetime().toMillis());
    config.setKeepaliveTime(pool.keepalive().toMillis());
    config.setInitializationFailTimeout(1);
    return config;
  }

  static HikariDataSource start(HikariConfig config, OpenFailure explained) {
    try {
      return new HikariDataSource(config);
    } catch (PoolInitializationException failure) {
      throw explained.explain(failure);
    }
  }

  static Connection connection(DataSource source, String name) throws SQLException {
    try {
      return source.getConnection();
    } catch (SQLTransientConnectionException failure) {
      if (source instanceof HikariDataSource pool && failure.getCause() == null) {
        throw new DatabaseUnavailableException(
            "No connection to "
                + name
                + " became free within "
                + pool.getConnectionTimeout()
                + " ms: all "
                + pool.getMaximumPoolSize()
                + " are in use. Shorten the transactions that hold them, or raise"
                + " PoolOptions.withMaximumSize.",
            name,
            failure);
      }
      throw failure;
    }
  }

  /** What {@link Database#listening()} finds out. */
  static Listening listening(Database database) {
    return switch (database.dialect()) {
      case Dialect.Sqlite sqlite -> new Listening.Unsupported("SQLite has no notifications");
      case Dialect.Postgres postgres ->
          postgres.isCockroach()
              ? new Listening.Unsupported("CockroachDB has no notifications")
              : PostgresPool.listening(database);
    };
  }

  static void close(DataSource source) {
    if (source instanceof HikariDataSource pool) {
      pool.close();
    }
  }
}
