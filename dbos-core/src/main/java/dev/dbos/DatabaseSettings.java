package dev.dbos;

import com.zaxxer.hikari.HikariConfig;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.Credentials;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.sql.Database;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Which databases a runtime opens, and how. */
final class DatabaseSettings {
  PoolOptions applicationPool = PoolOptions.DEFAULT;
  @Nullable Supplier<Credentials> credentials;
  @Nullable Consumer<HikariConfig> customizer;

  /** Opens the system database, ready for use. */
  Database openSystem(Configuration configuration) {
    try {
      return SystemDatabaseSetup.open(configuration, credentials, customizer);
    } catch (DatabaseUnavailableException failure) {
      throw configuration.isSystemDatabaseDerived() ? derived(failure) : failure;
    }
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
  ApplicationDatabase application(Configuration configuration, Database system) {
    String schema = configuration.systemDatabaseSchema();
    Optional<String> url = configuration.applicationDatabaseUrl();
    if (url.isEmpty()) {
      PoolSetup likeSystem = new PoolSetup(applicationPool, credentials, customizer);
      return new ApplicationDatabase(system, schema, system.url().orElseThrow(), likeSystem);
    }
    ApplicationDatabase application =
        new ApplicationDatabase(
            system, schema, DatabaseUrl.parse(url.get()), PoolSetup.of(applicationPool));
    application.datasource();
    return application;
  }
}
