package dev.dbos.admin;

import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.migration.SystemSchema;
import java.util.Optional;

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
    return migrate(Optional.empty());
  }

  /**
   * {@link #migrate() Migrates}, and lets a role work with the rows of the tables: to read and
   * write them, and nothing else.
   *
   * @param applicationRole the name of an existing PostgreSQL role, without quotes
   */
  public MigrationReport migrateFor(String applicationRole) {
    return migrate(Optional.of(applicationRole));
  }

  private MigrationReport migrate(Optional<String> role) {
    SystemDatabaseSetup.Preparation done =
        SystemDatabaseSetup.migrate(configuration.withMigrationMode(MigrationMode.MIGRATE), role);
    return new MigrationReport(
        done.databaseCreated(),
        done.tables().versionBefore(),
        Math.max(done.tables().versionBefore(), SystemSchema.HEAD),
        done.tables().isChanged());
  }

  /**
   * Deletes every workflow with all that belongs to it, by removing the system tables and making
   * new ones. Nothing else in the database is touched. No application may be running.
   *
   * @throws dev.dbos.error.DatabaseUnavailableException when it cannot be reached
   * @throws dev.dbos.error.SchemaException when it could not be done; then nothing has changed
   */
  public void reset() {
    SystemDatabaseSetup.reset(configuration);
  }

  /**
   * Moves everything that is in the system database of an SQLite file to this one on PostgreSQL,
   * whose tables are made where they are missing: workflows with all that belongs to them, also
   * those that have not ended, versions, queues and schedules. What was running waits in its queue,
   * or in the one every process serves, and goes on after its last step as soon as an application
   * of its name and version is launched here; results of transactions in other databases are found
   * there. All of it arrives in one transaction, or nothing.
   *
   * <p>The file keeps its rows, but from then on no application starts on it. When nobody knows
   * whether the last commit arrived, moving again finds out. Tables of the application that are in
   * the same file are its own to move.
   *
   * @param sqliteUrl the file; no application may be running on it
   * @throws dev.dbos.error.ConfigurationException when it is in use, does not exist, was moved to
   *     another database, or this is not PostgreSQL; or when queues, schedules or versions of the
   *     same names belong to another application here
   * @throws dev.dbos.error.WorkflowConflictException when some of the workflows are here, but not
   *     all
   * @throws dev.dbos.error.DatabaseUnavailableException when one of the two cannot be reached
   */
  public MoveReport moveFrom(String sqliteUrl) {
    return new DatabaseMove(sqliteUrl, configuration).run();
  }

  /**
   * Lets applications start on an SQLite file again that {@link #moveFrom} has moved or failed to.
   * Only for when nothing has gone on in the other database, else it happens twice.
   *
   * @return whether it had been moved
   * @throws dev.dbos.error.ConfigurationException when there is no such file
   */
  public static boolean undoMove(String sqliteUrl) {
    return DatabaseMove.undo(sqliteUrl);
  }

  /**
   * Gives everything of an application to another name, under which it is launched from then on:
   * its queues, schedules, versions and unfinished workflows at once, then what has ended, in
   * batches. None of its processes may be running; those that hold a lease are noticed. When it
   * breaks off, nothing is lost: renaming again does the rest. An application that has the new name
   * already gets it all in addition to its own.
   *
   * <p>What transactions have asked in other databases and is not delivered yet, see {@link
   * dev.dbos.Outbox}, keeps the old name there and is delivered to that only. So close the
   * application when its {@code health()} says that nothing waits in its outboxes.
   *
   * @throws dev.dbos.error.ConfigurationException when a name is not valid or both are the same, or
   *     the application runs; then nothing has changed
   * @throws dev.dbos.error.DatabaseUnavailableException when it cannot be reached
   * @throws dev.dbos.error.SchemaException when the system tables are missing or too old
   */
  public OwnershipReport renameApplication(String from, String to) {
    return OwnershipChange.run(configuration, from, to);
  }

  /**
   * Gives what belongs to no application to one: what was written before applications had names, by
   * programs that do not know them, or for anybody. Like {@link #renameApplication} otherwise, but
   * that applications may be running.
   */
  public OwnershipReport adoptUnclaimed(String applicationName) {
    return OwnershipChange.run(configuration, null, applicationName);
  }

  /**
   * Looks whether an application could use the system database. Changes nothing; a file or database
   * that does not exist is not created.
   *
   * @throws dev.dbos.error.ConfigurationException when the URL cannot be read
   */
  public DatabaseReport check() {
    return new DatabaseCheck(configuration).run();
  }
}
