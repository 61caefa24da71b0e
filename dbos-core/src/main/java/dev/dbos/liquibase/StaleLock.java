package dev.dbos.liquibase;

import java.util.Map;
import liquibase.Scope;
import liquibase.database.Database;
import liquibase.exception.LiquibaseException;
import liquibase.executor.Executor;
import liquibase.executor.ExecutorService;
import liquibase.lockservice.StandardLockService;
import liquibase.statement.core.SelectFromDatabaseChangeLogLockStatement;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The row that Liquibase locks while it migrates, and leaves locked when it is killed. */
final class StaleLock extends StandardLockService {

  private static final Logger LOG = LoggerFactory.getLogger(LiquibaseMigrations.class);

  private StaleLock(Database database) {
    setDatabase(database);
  }

  /**
   * Releases the row if it is locked. Only for the holder of an exclusive {@link MigrationGuard}:
   * to anybody else a locked row may be that of a living process.
   */
  static void release(Database database) throws LiquibaseException {
    StaleLock row = new StaleLock(database);
    if (row.isDatabaseChangeLogLockTableCreated()) {
      row.releaseIfLocked();
    }
  }

  private void releaseIfLocked() throws LiquibaseException {
    Executor executor =
        Scope.getCurrentScope().getSingleton(ExecutorService.class).getExecutor("jdbc", database);
    // Not listLocks(): on SQLite it takes the text of LOCKGRANTED for a date and fails.
    for (Map<String, ?> row :
        executor.queryForList(
            new SelectFromDatabaseChangeLogLockStatement("LOCKED", "LOCKGRANTED", "LOCKEDBY"))) {
      if (locked(row.get("LOCKED"))) {
        LOG.warn(
            "Released the Liquibase lock that {} took at {}: that process was stopped while it"
                + " migrated the application database.",
            row.get("LOCKEDBY"),
            row.get("LOCKGRANTED"));
        forceReleaseLock();
      }
    }
  }

  private static boolean locked(@Nullable Object value) {
    return value instanceof Number number
        ? number.intValue() == 1
        : Boolean.parseBoolean(String.valueOf(value));
  }
}
