package dev.dbos.internal.operations;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.store.MoveStore;
import dev.dbos.internal.store.SystemDatabase;

/** Keeps applications from going on where they have been moved away. */
public final class MovedDatabase {
  private MovedDatabase() {}

  /**
   * Refuses a database that has been moved. Whoever asks has announced itself before, and whoever
   * moves marks the database before looking who is there: so one of the two notices the other.
   *
   * @throws ConfigurationException saying where it has been moved to
   */
  public static void refuse(SystemDatabase systemDatabase) {
    if (systemDatabase.database().dialect() instanceof Dialect.Sqlite) {
      systemDatabase
          .read(MoveStore::target)
          .ifPresent(
              target -> {
                throw new ConfigurationException(
                    "This system database was moved to "
                        + target
                        + ", or is being moved there. Use that one: systemDatabaseUrl(...), the key"
                        + " system_database_url or the variable DBOS_SYSTEM_DATABASE_URL. If the"
                        + " move did not come to its end, run dbos move again; dbos move --undo"
                        + " goes back to this one.",
                    null);
              });
    }
  }
}
