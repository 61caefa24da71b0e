package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Pools.Session;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
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
record PostgresPool(PoolPlan plan, Session session) {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresPool.class);

  private static final Duration PROBE = Duration.ofSeconds(5);

  /** Opens it, finding out on the way what it leads to. */
  Database open() {
    new TlsFiles(plan.name(), plan.url().driverProperties()).requireReadable();
    Database direct;
    try {
      direct = open(true);
    } catch (DatabaseUnavailableException failure) {
      if (SqlFailure.isRefusedSetting(failure)) {
        return openPooled();
      }
      throw failure;
    }
    if (!direct.isPooled()) {
      return direct;
    }
    direct.close();
    return openPooled();
  }

  private Database openPooled() {
    LOG.info(
        "{} is reached through a connection pooler: sessions keep no settings, so transactions set"
            + " their own",
        plan.name());
    return open(false);
  }

  private Database open(boolean lasting) {
    HikariConfig config = plan.config(plan.name(), settings(lasting));
    plan.logIn(config);
    plan.customize(config);
    HikariDataSource source = plan.start(config);
    return Pools.database(
        plan,
        new Database.Connections(source, source, plan.url()),
        new Database.Session(session.isolation(), lasting));
  }

  /** Chosen in the program counts more than the URL, and the URL more than a default. */
  private Properties settings(boolean lasting) {
    PoolOptions pool = plan.options();
    Properties properties = new Properties();
    properties.setProperty("tcpKeepAlive", "true");
    if (!lasting) {
      // A name given to a statement would be known to one of the servers behind the pooler only.
      properties.setProperty("prepareThreshold", "0");
    }
    properties.putAll(plan.url().driverProperties());
    String connectTimeout = String.valueOf(pool.connectTimeout().toSeconds());
    properties.putIfAbsent("connectTimeout", connectTimeout);
    if (!pool.connectTimeout().equals(PoolOptions.DEFAULT.connectTimeout())) {
      properties.setProperty("connectTimeout", connectTimeout);
    }
    // The driver's own limit ends with the first packet; whoever answers nothing after that would
    // be waited for without end.
    properties.putIfAbsent("loginTimeout", properties.getProperty("connectTimeout"));
    properties.putIfAbsent("ApplicationName", session.applicationName());
    if (!session.applicationName().equals(SessionOptions.DEFAULT_APPLICATION_NAME)) {
      properties.setProperty("ApplicationName", session.applicationName());
    }
    if (lasting) {
      properties.setProperty("options", startUpOptions(properties.getProperty("options", "")));
    }
    return properties;
  }

  /** Later settings of the same name win. */
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
    try {
      return ListeningProbe.ask(() -> probing(pool));
    } catch (SQLException failure) {
      return new Listening.Unsupported("trying it failed: " + failure.getMessage());
    }
  }

  /** A pooler that has no server left lets us wait for one; then we do without. */
  private static Connection probing(HikariDataSource pool) throws SQLException {
    return SideConnection.open(pool, "listening", PROBE);
  }
}
