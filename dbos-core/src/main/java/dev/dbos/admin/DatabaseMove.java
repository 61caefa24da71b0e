package dev.dbos.admin;

import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.store.MoveStore;
import dev.dbos.internal.store.SystemDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Moves what is in an SQLite file to PostgreSQL.
 *
 * <p>The file is marked first, so that no application starts on it any more; then it is looked for
 * one that had started before. The copy is one transaction of the target, during which nobody
 * writes to the file, so it is there as a whole or not at all. When it is not, the mark is taken
 * away; when nobody can tell, it stays, and the next attempt finds out.
 */
final class DatabaseMove {
  private final Configuration source;
  private final Configuration target;
  private final String from;
  private final String to;

  DatabaseMove(String sourceUrl, Configuration target) {
    this.source =
        Configuration.ofEnvironment(Map.of())
            .withSystemDatabaseUrl(sourceUrl)
            .withMigrationMode(MigrationMode.MIGRATE);
    this.target = target;
    this.from = source.systemDatabase().redacted();
    this.to =
        target.systemDatabase().redacted()
            + (target.systemDatabaseSchema().equals("dbos")
                ? ""
                : ", schema " + target.systemDatabaseSchema());
  }

  MoveReport run() {
    Path file = requireFile(source.systemDatabase());
    if (target.systemDatabase().kind() != DatabaseUrl.Kind.POSTGRESQL) {
      throw new ConfigurationException(
          "A system database can be moved to PostgreSQL, and " + to + " is not that.", null);
    }
    try (Database there =
            SystemDatabaseSetup.open(target, PoolSetup.of(target.systemDatabasePool()));
        Database here =
            SystemDatabaseSetup.open(source, PoolSetup.of(source.systemDatabasePool()))) {
      SystemDatabase from = new SystemDatabase(here, source.systemDatabaseSchema());
      SystemDatabase to = new SystemDatabase(there, target.systemDatabaseSchema());
      mark(from);
      return copyMarked(from, to, file);
    }
  }

  /** Lets applications start on the file again; returns whether it was marked. */
  static boolean undo(String sourceUrl) {
    DatabaseMove move =
        new DatabaseMove(sourceUrl, Configuration.ofEnvironment(Map.of()).withName("undone"));
    requireFile(move.source.systemDatabase());
    try (Database here =
        SystemDatabaseSetup.open(move.source, PoolSetup.of(move.source.systemDatabasePool()))) {
      return new SystemDatabase(here, move.source.systemDatabaseSchema()).write(MoveStore::unmark);
    }
  }

  private static Path requireFile(DatabaseUrl url) {
    Optional<Path> file = url.file();
    if (file.isEmpty()) {
      throw new ConfigurationException(
          "Only a system database in an SQLite file can be moved, and "
              + url.redacted()
              + " is none.",
          null);
    }
    if (!Files.exists(file.get())) {
      throw new ConfigurationException(
          "There is no file " + file.get() + " to move. See that the URL names it.", null);
    }
    return file.get();
  }

  private void mark(SystemDatabase from) {
    String target =
        from.write(
            dsl -> {
              MoveStore.mark(dsl, to);
              return MoveStore.target(dsl).orElseThrow();
            });
    if (!target.equals(to)) {
      throw new ConfigurationException(
          this.from
              + " was moved to "
              + target
              + ", or is being moved there. dbos move --undo makes that undone, if nothing has gone"
              + " on there.",
          null);
    }
  }

  private MoveReport copyMarked(SystemDatabase from, SystemDatabase to, Path file) {
    try {
      refuseUsers(from.database().users(), file);
      DatabaseCopy.Outcome done =
          from.write(reading -> to.write(writing -> new DatabaseCopy(reading, writing).run()));
      return new MoveReport(this.from, this.to, done.rows(), done.unfinished(), done.wasThere());
    } catch (RuntimeException failure) {
      if (mayHaveCommitted(failure)) {
        throw new DatabaseUnavailableException(
            "The connection was lost while moving, so it is not known whether everything has"
                + " arrived. Move again to find out and to finish it: "
                + failure.getMessage(),
            to.database().name(),
            failure);
      }
      from.write(MoveStore::unmark);
      throw failure;
    }
  }

  private static boolean mayHaveCommitted(RuntimeException failure) {
    return SqlFailure.of(failure) == SqlFailure.CONNECTION_LOST;
  }

  private static void refuseUsers(List<String> users, Path file) {
    if (!users.isEmpty()) {
      throw new ConfigurationException(
          "The system database "
              + file
              + " is in use by "
              + String.join(", ", users)
              + ". Stop the application, then move. Nothing has been moved.",
          null);
    }
  }
}
