package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Pools.Session;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Properties;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pool of connections to a PostgreSQL server, directly or through a pooler.
 *
 * <p>Directly, what sessions are to be set to goes along when they start. A pooler lends a session
 * for one transaction, so nothing set on it lasts: it either refuses such settings or loses them.
 * Then each transaction sets what it needs, and statements stay unnamed.
 */
record PostgresPool(String name, DatabaseUrl url, PoolOptions options, Session session) {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresPool.class);

  private static final String PROBE_SECONDS = "5";

  /** Opens it, finding out on the way what it leads to. */
  Database open(String driver) {
    Database direct;
    try {
      direct = open(driver, settings(true), true);
    } catch (DatabaseUnavailableException failure) {
      if (SqlFailure.isRefusedSetting(failure)) {
        return openPooled(driver);
      }
      throw failure;
    }
    if (!direct.isPooled()) {
      return direct;
    }
    direct.close();
    return openPooled(driver);
  }

  private Database openPooled(String driver) {
    LOG.info(
        "{} is reached through a connection pooler: sessions keep no settings, so transactions set"
            + " their own",
        name);
    return open(driver, settings(false), false);
  }

  private Database open(String driver, Properties properties, boolean lasting) {
    OpenFailure explained = new OpenFailure(name, url);
    HikariConfig config = Pools.config(name, url, options, driver);
    config.setMaximumPoolSize(options.maximumSize());
    config.setDataSourceProperties(properties);
    url.user().ifPresent(config::setUsername);
    url.password().ifPresent(config::setPassword);
    HikariDataSource source = Pools.start(config, explained);
    try {
      return new Database(
          name,
          new Database.Connections(source, source, true),
          new Database.Session(session.isolation(), lasting));
    } catch (SQLException failure) {
      source.close();
      throw explained.explain(failure);
    }
  }

  private Properties settings(boolean lasting) {
    Properties properties = new Properties();
    properties.setProperty("ApplicationName", session.applicationName());
    properties.setProperty("connectTimeout", String.valueOf(options.connectTimeout().toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    if (!lasting) {
      // A name given to a statement would be known to one of the servers behind the pooler only.
      properties.setProperty("prepareThreshold", "0");
    }
    properties.putAll(url.driverProperties());
    if (!options.connectTimeout().equals(PoolOptions.DEFAULT.connectTimeout())) {
      // Chosen in the program, so it counts more than what the URL says.
      properties.setProperty(
          "connectTimeout", String.valueOf(options.connectTimeout().toSeconds()));
    }
    if (lasting) {
      properties.setProperty("options", startUpOptions(properties.getProperty("options", "")));
    }
    return properties;
  }

  private String startUpOptions(String ofUrl) {
    StringBuilder startUp = new StringBuilder(ofUrl);
    String level = session.isolation().name().toLowerCase(Locale.ROOT).replace("_", "\\ ");
    startUp.append(" -c default_transaction_isolation=").append(level);
    if (session.statementTimeout() != null) {
      startUp.append(" -c statement_timeout=").append(session.statementTimeout().toMillis());
    }
    return startUp.toString().strip();
  }

  /** Asks through sessions of its own: a pool may have but one. */
  static Listening listening(Database database) {
    if (!database.isPooled()) {
      return new Listening.Supported();
    }
    if (!(database.dataSource() instanceof HikariDataSource pool)) {
      return new Listening.Unsupported("the data source hands out connections of a pooler");
    }
    Listening found;
    try {
      found = ListeningProbe.ask(() -> apart(pool));
    } catch (SQLException failure) {
      found = new Listening.Unsupported("trying it failed: " + failure.getMessage());
    }
    if (found instanceof Listening.Unsupported unsupported) {
      LOG.info(
          "No notifications from {}: {}. Changes are found by asking from time to time",
          database.name(),
          unsupported.reason());
    }
    return found;
  }

  private static Connection apart(HikariDataSource pool) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(pool.getDataSourceProperties());
    // A pooler that has no server left lets us wait for one; then we do without.
    properties.setProperty("socketTimeout", PROBE_SECONDS);
    if (pool.getUsername() != null) {
      properties.setProperty("user", pool.getUsername());
    }
    if (pool.getPassword() != null) {
      properties.setProperty("password", pool.getPassword());
    }
    return DriverManager.getConnection(pool.getJdbcUrl(), properties);
  }
}
