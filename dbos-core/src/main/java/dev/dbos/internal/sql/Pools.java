package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.observe.PoolUse;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the databases that URLs name, and uses the data sources of applications. */
public final class Pools {
  private static final Logger LOG = LoggerFactory.getLogger(Pools.class);

  private Pools() {}

  /**
   * Whose connections they are.
   *
   * @param name the name in messages
   * @param sizeSetting what somebody sets who needs more of them
   */
  public record Owner(String name, String sizeSetting) {
    /** A datasource, which is sized by its builder. */
    public static Owner datasource(String name) {
      return new Owner(
          name, "pool(PoolOptions.DEFAULT.withMaximumSize(...)) of the datasource's builder");
    }

    /** A datasource over a pool of the application. */
    public static Owner adopted(String name) {
      return new Owner(name, "the maximum size of the data source that was given to it");
    }
  }

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
   * @throws dev.dbos.error.ConfigurationException when something about it has to be set differently
   */
  public static Database open(Owner owner, DatabaseUrl url, PoolSetup setup, Session session) {
    PoolPlan plan = new PoolPlan(owner, url, setup, Drivers.require(url));
    return switch (url.kind()) {
      case POSTGRESQL -> new PostgresPool(plan, session).open();
      case SQLITE ->
          database(plan, SqlitePools.open(plan), new Database.Session(session.isolation(), true));
    };
  }

  /** A database on pools that are open, and closed again when it cannot be used. */
  static Database database(
      PoolPlan plan, Database.Connections connections, Database.Session session) {
    try {
      Database database = new Database(plan.owner(), connections, session);
      LOG.info(
          "Opened {} at {}, with at most {} connections",
          plan.name(),
          plan.url().redacted(),
          database.capacity());
      return database;
    } catch (SQLException failure) {
      connections.close();
      throw plan.explain(failure);
    } catch (RuntimeException failure) {
      connections.close();
      throw failure;
    }
  }

  /** Uses {@code source}, which stays its owner's to close. */
  public static Database adopt(String name, DataSource source) {
    try {
      return new Database(
          Owner.adopted(name),
          new Database.Connections(source, source, null),
          Database.Session.UNKNOWN);
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

  /** The most connections {@code source} opens, or 0 when it does not say. */
  static int capacity(DataSource source) {
    return source instanceof HikariDataSource pool ? pool.getMaximumPoolSize() : 0;
  }

  /** How many connections of {@code source} are lent at this moment, or 0 when it does not say. */
  static int inUse(DataSource source) {
    return source instanceof HikariDataSource pool && pool.getHikariPoolMXBean() != null
        ? pool.getHikariPoolMXBean().getActiveConnections()
        : 0;
  }

  /** How many connections {@code source} has, lent or not, or 0 when it does not say. */
  static int opened(DataSource source) {
    return source instanceof HikariDataSource pool && pool.getHikariPoolMXBean() != null
        ? pool.getHikariPoolMXBean().getTotalConnections()
        : 0;
  }

  /** The connections of {@code source}, unless it does not say. */
  static Optional<PoolUse> use(String name, DataSource source) {
    return source instanceof HikariDataSource pool && pool.getHikariPoolMXBean() != null
        ? Optional.of(use(name, pool, pool.getHikariPoolMXBean()))
        : Optional.empty();
  }

  private static PoolUse use(String name, HikariDataSource pool, HikariPoolMXBean state) {
    return new PoolUse(
        name,
        state.getActiveConnections(),
        state.getIdleConnections(),
        state.getThreadsAwaitingConnection(),
        pool.getMaximumPoolSize());
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
