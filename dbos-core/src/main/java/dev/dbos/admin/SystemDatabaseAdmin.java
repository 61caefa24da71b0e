package dev.dbos.admin;

import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.migration.SystemSchema;

/**
 * What an administrator does with a system database: create and upgrade its tables, empty them,
 * look whether everything is as it has to be. What the {@code dbos} command runs.
 */
public final class SystemDatabaseAdmin {
  private final Configuration configuration;

  private SystemDatabaseAdmin(Configuration configuration) {
    this.configuration = configuration;
  }

  /** Works on the system database that {@code configuration} means. */
  public static SystemDatabaseAdmin of(Configuration configuration) {
    return new SystemDatabaseAdmin(configuration);
  }

  /**
   * Creates the system tables or upgrades them, whatever the configuration's migration mode, and
   * the database itself when the server has none of its name.
   *
   * @throws dev.dbos.error.DatabaseUnavailableException when it cannot be reached
   * @throws dev.dbos.error.SchemaException when the tables cannot be made; the message says what to
   *     do
   */
  public MigrationReport migrate() {
    SystemDatabaseSetup.Preparation done =
        SystemDatabaseSetup.migrate(configuration.withMigrationMode(MigrationMode.MIGRATE));
    return new MigrationReport(
        done.databaseCreated(),
        done.versionBefore(),
        Math.max(done.versionBefore(), SystemSchema.HEAD));
  }
}
