package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.PoolOptions;
import java.util.Locale;
import java.util.Properties;

/** The one pool of a PostgreSQL database. */
final class PostgresPool {
  private PostgresPool() {}

  static Database.Connections open(PoolPlan plan, Pools.Session session) {
    new TlsFiles(plan.name(), plan.url().driverProperties()).requireReadable();
    HikariConfig config = plan.config(plan.name(), properties(plan, session));
    plan.logIn(config);
    plan.customize(config);
    HikariDataSource source = plan.start(config);
    return new Database.Connections(source, source, plan.url());
  }

  /** Chosen in the program counts more than the URL, and the URL more than a default. */
  private static Properties properties(PoolPlan plan, Pools.Session session) {
    PoolOptions pool = plan.options();
    Properties properties = new Properties();
    properties.setProperty("tcpKeepAlive", "true");
    properties.putAll(plan.url().driverProperties());
    String connectTimeout = String.valueOf(pool.connectTimeout().toSeconds());
    properties.putIfAbsent("connectTimeout", connectTimeout);
    if (!pool.connectTimeout().equals(PoolOptions.DEFAULT.connectTimeout())) {
      properties.setProperty("connectTimeout", connectTimeout);
    }
    properties.putIfAbsent("ApplicationName", session.applicationName());
    if (!session.applicationName().equals(SessionOptions.DEFAULT_APPLICATION_NAME)) {
      properties.setProperty("ApplicationName", session.applicationName());
    }
    properties.setProperty("options", options(properties.getProperty("options", ""), session));
    return properties;
  }

  /** Later settings of the same name win. */
  private static String options(String ofUrl, Pools.Session session) {
    StringBuilder options = new StringBuilder(ofUrl);
    String level = session.isolation().name().toLowerCase(Locale.ROOT).replace("_", "\\ ");
    options.append(" -c default_transaction_isolation=").append(level);
    if (session.statementTimeout() != null) {
      options.append(" -c statement_timeout=").append(session.statementTimeout().toMillis());
    }
    return options.toString().strip();
  }
}
