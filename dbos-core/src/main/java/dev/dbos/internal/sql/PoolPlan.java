package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool.PoolInitializationException;
import com.zaxxer.hikari.util.Credentials;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import java.util.Properties;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What the pools of one database have in common, whichever product it is.
 *
 * @param driver the driver's class
 */
record PoolPlan(Pools.Owner owner, DatabaseUrl url, PoolSetup setup, String driver) {

  String name() {
    return owner.name();
  }

  PoolOptions options() {
    return setup.options();
  }

  /** The configuration of a pool, before the product's own settings. */
  HikariConfig config(String poolName, Properties driverProperties) {
    PoolOptions options = setup.options();
    HikariConfig config = new HikariConfig();
    config.setPoolName("dbos " + poolName);
    config.setJdbcUrl(url.jdbcUrl());
    config.setDriverClassName(driver);
    config.setMaximumPoolSize(options.maximumSize());
    config.setMinimumIdle(options.minimumIdle());
    config.setConnectionTimeout(options.connectionTimeout().toMillis());
    config.setIdleTimeout(options.idleTimeout().toMillis());
    config.setMaxLifetime(options.maxLifetime().toMillis());
    config.setKeepaliveTime(options.keepalive().toMillis());
    config.setInitializationFailTimeout(1);
    config.setDataSourceProperties(driverProperties);
    return config;
  }

  /** Has whoever logs in looked up for each connection. */
  void logIn(HikariConfig config) {
    Supplier<dev.dbos.datasource.Credentials> supplier = setup.credentials();
    if (supplier == null) {
      url.user().ifPresent(config::setUsername);
      url.password().ifPresent(config::setPassword);
    } else {
      config.setCredentialsProvider(() -> asked(supplier));
    }
  }

  private Credentials asked(Supplier<dev.dbos.datasource.@Nullable Credentials> supplier) {
    dev.dbos.datasource.Credentials given;
    try {
      given = supplier.get();
    } catch (RuntimeException failure) {
      throw new CredentialsFailure(
          "the supplier given to credentials(...) failed: " + failure.getMessage(), failure);
    }
    if (given == null) {
      throw new CredentialsFailure("the supplier given to credentials(...) returned null.", null);
    }
    String user = given.user() == null ? url.user().orElse(null) : given.user();
    String password = given.password() == null ? url.password().orElse(null) : given.password();
    return Credentials.of(user, password);
  }

  /** The supplier's own failure, which must not pass for one of the server. */
  static final class CredentialsFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String what;

    CredentialsFailure(String what, @Nullable Throwable cause) {
      super(what, cause);
      this.what = what;
    }

    String what() {
      return what;
    }
  }

  /**
   * Lets the application change the configuration.
   *
   * @throws ConfigurationException when it changed what transactions rest on
   */
  void customize(HikariConfig config) {
    if (setup.customizer() == null) {
      return;
    }
    setup.customizer().accept(config);
    require(url.jdbcUrl().equals(config.getJdbcUrl()), "the JDBC URL", "Set the URL instead.");
    require(
        config.getDataSource() == null
            && config.getDataSourceClassName() == null
            && config.getDataSourceJNDI() == null,
        "the data source",
        "Make the datasource from that data source instead of a URL.");
    require(config.isAutoCommit(), "auto-commit", "Leave it on.");
    require(
        !config.isReadOnly(),
        "read-only",
        "Use TransactionOptions.DEFAULT.withReadOnly() instead.");
    require(
        config.getTransactionIsolation() == null,
        "the isolation level",
        "Use isolation(...) of the datasource's builder instead.");
  }

  private void require(boolean holds, String setting, String advice) {
    if (!holds) {
      throw new ConfigurationException(
          "configurePool(...) of " + name() + " must not change " + setting + ". " + advice, null);
    }
  }

  /** Opens the pool, and in it the first connection. */
  HikariDataSource start(HikariConfig config) {
    boolean keepsNone = config.getMinimumIdle() == 0;
    if (keepsNone) {
      // The pool would close the first one as soon as it has seen that it can be opened.
      config.setMinimumIdle(1);
    }
    try {
      HikariDataSource pool = new HikariDataSource(config);
      if (keepsNone) {
        pool.setMinimumIdle(0);
      }
      return pool;
    } catch (PoolInitializationException | CredentialsFailure failure) {
      throw explain(failure);
    } catch (IllegalArgumentException | IllegalStateException refused) {
      throw new ConfigurationException(
          "The pool of " + name() + " cannot be configured like that: " + refused.getMessage(),
          refused);
    }
  }

  DatabaseUnavailableException explain(Throwable failure) {
    return new OpenFailure(name(), url, setup.options()).explain(failure);
  }
}
