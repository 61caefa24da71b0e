package dev.dbos.liquibase;

import java.io.FileNotFoundException;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import liquibase.Scope;
import liquibase.UpdateSummaryEnum;
import liquibase.UpdateSummaryOutputEnum;
import liquibase.analytics.configuration.AnalyticsArgs;
import liquibase.changelog.FastCheckService;
import liquibase.changelog.visitor.DefaultChangeExecListener;
import liquibase.command.CommandScope;
import liquibase.command.core.UpdateCommandStep;
import liquibase.command.core.helpers.ChangeExecListenerCommandStep;
import liquibase.command.core.helpers.DbUrlConnectionArgumentsCommandStep;
import liquibase.command.core.helpers.ShowSummaryArgument;
import liquibase.database.Database;
import liquibase.database.DatabaseFactory;
import liquibase.exception.DatabaseException;
import liquibase.exception.LiquibaseException;
import liquibase.lockservice.LockServiceFactory;
import liquibase.resource.ClassLoaderResourceAccessor;
import liquibase.resource.DirectoryResourceAccessor;
import liquibase.resource.ResourceAccessor;
import liquibase.ui.LoggerUIService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One run of Liquibase's {@code update}. */
record LiquibaseUpdate(Changelog changelog, String contexts, String labels) {

  private static final Logger LOG = LoggerFactory.getLogger(LiquibaseMigrations.class);

  /** How long other writers of a SQLite file may keep getting in the way, in all. */
  private static final Duration BUSY_BOUND = Duration.ofSeconds(10);

  private static final int SQLITE_BUSY = 5;

  /** Applies what is missing, while {@code turn} keeps others from doing the same. */
  void run(Connection connection, MigrationTurn turn) {
    Pauses pauses = new Pauses(BUSY_BOUND);
    while (true) {
      ChangesetWatch watch = new ChangesetWatch(new BorrowedConnection(connection));
      try {
        runQuietly(watch, turn.exclusive());
        return;
      } catch (Exception e) {
        // An application that is already running may commit between a changeset's first read and
        // its first write, and SQLite then refuses the write. The changeset was rolled back.
        if (!busy(e) || !paused(pauses)) {
          throw LiquibaseFailure.of(changelog.name(), watch.failed(), e);
        }
      }
    }
  }

  private void runQuietly(ChangesetWatch watch, boolean exclusive) throws Exception {
    ResourceAccessor resources = resources();
    try {
      Map<String, Object> settings =
          Map.of(
              AnalyticsArgs.ENABLED.getKey(),
              false,
              Scope.Attr.logService.name(),
              new Slf4jLogService(),
              Scope.Attr.ui.name(),
              new LoggerUIService(),
              Scope.Attr.resourceAccessor.name(),
              resources);
      Scope.child(settings, () -> runOn(watch, exclusive));
    } finally {
      resources.close();
    }
  }

  private void runOn(ChangesetWatch watch, boolean exclusive) throws LiquibaseException {
    Database database =
        DatabaseFactory.getInstance().findCorrectDatabaseImplementation(watch.connection());
    try {
      if (exclusive) {
        StaleLock.release(database);
      }
      update(database, watch);
    } finally {
      giveBack(database);
    }
  }

  private void update(Database database, ChangesetWatch watch) throws LiquibaseException {
    // Liquibase remembers for the life of the JVM which URLs were up to date; the file or schema
    // behind a URL may have been replaced since.
    Scope.getCurrentScope().getSingleton(FastCheckService.class).clearCache();
    command(database, watch).execute();
    if (watch.applied() == 0) {
      LOG.debug("The application database has every changeset of {}.", changelog.name());
    } else {
      LOG.info(
          "Applied {} changesets of {} to the application database.",
          watch.applied(),
          changelog.name());
    }
  }

  private CommandScope command(Database database, ChangesetWatch watch) throws LiquibaseException {
    CommandScope command = new CommandScope(UpdateCommandStep.COMMAND_NAME);
    command.setOutput(OutputStream.nullOutputStream());
    command.addArgumentValue(DbUrlConnectionArgumentsCommandStep.DATABASE_ARG, database);
    command.addArgumentValue(UpdateCommandStep.CHANGELOG_FILE_ARG, changelog.name());
    command.addArgumentValue(UpdateCommandStep.CONTEXTS_ARG, contexts);
    command.addArgumentValue(UpdateCommandStep.LABEL_FILTER_ARG, labels);
    command.addArgumentValue(
        ChangeExecListenerCommandStep.CHANGE_EXEC_LISTENER_ARG,
        new DefaultChangeExecListener(watch));
    command.addArgumentValue(ShowSummaryArgument.SHOW_SUMMARY, UpdateSummaryEnum.OFF);
    command.addArgumentValue(ShowSummaryArgument.SHOW_SUMMARY_OUTPUT, UpdateSummaryOutputEnum.LOG);
    return command;
  }

  /** Ends whatever transaction is left and restores auto-commit; the connection stays open. */
  private static void giveBack(Database database) {
    try {
      database.rollback();
      database.close();
    } catch (DatabaseException e) {
      // Only a broken connection gets here, and the migration has failed by it already.
      LOG.debug("The connection could not be given back as it was.", e);
    }
    LockServiceFactory.getInstance().resetAll();
  }

  private ResourceAccessor resources() throws FileNotFoundException {
    return switch (changelog) {
      case Changelog.OnClasspath resource ->
          new ClassLoaderResourceAccessor(resource.classLoader());
      case Changelog.InDirectory file -> new DirectoryResourceAccessor(file.directory());
    };
  }

  private static boolean busy(Exception thrown) {
    return LiquibaseFailure.find(thrown, SQLException.class)
        .filter(sql -> sql.getClass().getName().startsWith("org.sqlite."))
        .filter(sql -> (sql.getErrorCode() & 0xff) == SQLITE_BUSY)
        .isPresent();
  }

  private static boolean paused(Pauses pauses) {
    try {
      return pauses.next();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
