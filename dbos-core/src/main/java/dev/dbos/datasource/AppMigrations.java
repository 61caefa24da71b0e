package dev.dbos.datasource;

import java.sql.Connection;

/**
 * Brings the application's own tables up to date. It is the one method a migration tool has to fit
 * behind; {@code LiquibaseMigrations} of package {@code dev.dbos.liquibase} is the one that ships
 * with this library.
 *
 * <p>A datasource that was built with migrations calls {@link #apply} while it is being built,
 * before any transaction can run on it, and at every start. An implementation therefore
 *
 * <ul>
 *   <li>does nothing when the database is up to date;
 *   <li>bears several processes starting at the same moment, each of which calls it;
 *   <li>can be called again after a crash or an exception in the middle of an earlier call.
 * </ul>
 */
@FunctionalInterface
public interface AppMigrations {

  /**
   * Applies whatever the database does not have yet, and returns when it is up to date.
   *
   * <p>The connection is the call's own: nobody else uses it meanwhile, and its auto-commit mode is
   * on. It has to be handed back the same way, open and with auto-commit on; whoever opened it
   * closes it.
   *
   * @param connection an open connection to the database to migrate
   * @throws Exception when the database could not be brought up to date; the datasource is then not
   *     built
   */
  void apply(Connection connection) throws Exception;
}
