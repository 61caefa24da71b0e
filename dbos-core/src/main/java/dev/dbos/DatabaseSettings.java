package dev.dbos;

import com.zaxxer.hikari.HikariConfig;
import dev.dbos.datasource.Credentials;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Pools;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which databases a runtime opens, and how. */
final class DatabaseSettings {
  private static final Pools.Owner SYSTEM =
      new Pools.Owner(
          "system database",
          "systemDatabasePool(PoolOptions.DEFAULT.withMaximumSize(...)) of the DBOS builder");

  @Nullable String systemUrl;
  @Nullable String applicationUrl;
  String schema = "dbos";
  PoolOptions systemPool = PoolOptions.DEFAULT;
  PoolOptions applicationPool = PoolOptions.DEFAULT;
  @Nullable Supplier<Credentials> credentials;
  @Nullable Consumer<HikariConfig> customizer;

  /** Opens the system database. */
  Database openSystem(String applicationName) {
    DatabaseUrl url = systemUrl(applicationName);
    Pools.Session session =
        new Pools.Session(
            SessionOptions.DEFAULT_APPLICATION_NAME, IsolationLevel.READ_COMMITTED, null);
    try {
      return Pools.open(SYSTEM, url, new PoolSetup(systemPool, credentials, customizer), session);
    } catch (DatabaseUnavailableException failure) {
      throw systemUrl == null && applicationUrl != null ? derived(failure) : failure;
    }
  }

  private DatabaseUrl systemUrl(String applicationName) {
    if (systemUrl != null) {
      return DatabaseUrl.parse(systemUrl);
    }
    return applicationUrl == null
        ? DatabaseUrl.defaultFor(applicationName)
        : DatabaseUrl.parse(applicationUrl).systemDatabase();
  }

  private static DatabaseUnavailableException derived(DatabaseUnavailableException failure) {
    return new DatabaseUnavailableException(
        failure.getMessage()
            + " Only applicationDatabaseUrl was set, so the system database was looked for beside it;"
            + " systemDatabaseUrl chooses another.",
        failure.datasource(),
        failure);
  }

  /** The datasource of the runtime; open already when it has a URL of its own. */
  ApplicationDatabase application(Database system) {
    if (applicationUrl == null) {
      PoolSetup likeSystem = new PoolSetup(applicationPool, credentials, customizer);
      return new ApplicationDatabase(system, schema, system.url().orElseThrow(), likeSystem);
    }
    ApplicationDatabase application =
        new ApplicationDatabase(
            system, schema, DatabaseUrl.parse(applicationUrl), PoolSetup.of(applicationPool));
    application.datasource();
    return application;
  }
}
