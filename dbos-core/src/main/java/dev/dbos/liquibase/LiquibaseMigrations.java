package dev.dbos.liquibase;

import dev.dbos.datasource.AppMigrations;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SchemaException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/**
 * Applies a Liquibase changelog to the application's database, at start-up through a datasource's
 * builder or by itself from a deploy job.
 *
 * {@snippet :
 * JooqDatasource shop =
 *     JooqDatasource.builder(url)
 *         .migrations(LiquibaseMigrations.fromClasspath("db/changelog.yaml"))
 *         .build();
 *
 * // or from a deploy job
 * try (Connection connection = DriverManager.getConnection(jdbcUrl)) {
 *   LiquibaseMigrations.fromClasspath("db/changelog.yaml").withContexts("prod").apply(connection);
 * }
 * }
 *
 * <p>What it adds to calling Liquibase directly:
 *
 * <ul>
 *   <li><b>Any number of processes may start at once.</b> One of them migrates, the others wait for
 *       it, in one process and across processes: by an advisory lock on PostgreSQL, by an operating
 *       system lock on {@code <database file>.migrate.lock} on SQLite (removed afterwards; one left
 *       by a killed process is empty, harmless and used again). The operating system or the
 *       database drops both when their owner dies.
 *   <li><b>A killed migration does not block the next start.</b> Under that guard nobody else can
 *       be migrating, so a row that is still locked in {@code DATABASECHANGELOGLOCK} is stale. It
 *       is released with a warning in the log. For the same reason, do not run other Liquibase
 *       programs against the database while the application starts.
 *   <li><b>A changeset and the record that it ran commit together.</b> Killed at any moment, the
 *       next start finds both or neither. Changesets with {@code runInTransaction: false}, and
 *       those that commit in their own SQL, are outside this promise.
 *   <li><b>It is quiet.</b> No usage data is sent anywhere, nothing is printed; what Liquibase logs
 *       goes to slf4j, its {@code INFO} as {@code DEBUG}.
 * </ul>
 *
 * <p>Liquibase's tables keep their default names, {@code DATABASECHANGELOG} and {@code
 * DATABASECHANGELOGLOCK}. The identity of a changeset includes the name of its file, so apply one
 * changelog to one database under one name: {@code fromClasspath("db/changelog.yaml")} and {@code
 * fromDirectory(Path.of("src/main/resources"), "db/changelog.yaml")} agree, {@code fromPath} uses
 * the bare file name.
 *
 * <p>The PostgreSQL lock belongs to the session: connect directly or through a pooler in session
 * mode, not in transaction mode. CockroachDB has no such lock; there Liquibase's own one is all the
 * protection, and nothing is released. It also commits each statement by itself, so give a
 * changeset one statement there, and let that bear repetition ({@code IF NOT EXISTS}).
 *
 * <p>Instances are immutable and can be shared between threads.
 */
public final class LiquibaseMigrations implements AppMigrations {

  private static final Duration DEFAULT_LOCK_TIMEOUT = Duration.ofMinutes(5);

  private final Changelog changelog;
  private final List<String> contexts;
  private final List<String> labels;
  private final Duration lockTimeout;

  private LiquibaseMigrations(
      Changelog changelog, List<String> contexts, List<String> labels, Duration lockTimeout) {
    this.changelog = changelog;
    this.contexts = List.copyOf(contexts);
    this.labels = List.copyOf(labels);
    this.lockTimeout = lockTimeout;
  }

  /**
   * A changelog among the application's resources. Included files are looked up there too.
   *
   * @param changelog the name of the resource, such as {@code db/changelog.yaml}; XML, YAML, JSON
   *     and formatted SQL, told apart by the ending
   */
  public static LiquibaseMigrations fromClasspath(String changelog) {
    return of(new Changelog.OnClasspath(changelog));
  }

  /**
   * A changelog in a file. Included files are looked up below its directory, and changesets are
   * recorded under the bare name of the file.
   *
   * @param changelog the path of the file, absolute or from the working directory
   */
  public static LiquibaseMigrations fromPath(Path changelog) {
    Path absolute = changelog.toAbsolutePath().normalize();
    Path directory = absolute.getParent();
    Path file = absolute.getFileName();
    if (directory == null || file == null) {
      throw new ConfigurationException("The changelog " + changelog + " is not a file.", null);
    }
    return fromDirectory(directory, file.toString());
  }

  /**
   * A changelog in a file below a directory which is the root for included files. Changesets are
   * recorded as with {@link #fromClasspath} when the directory is the root of the resources.
   *
   * @param directory the root, such as {@code src/main/resources}
   * @param changelog the path of the changelog from there, such as {@code db/changelog.yaml}
   */
  public static LiquibaseMigrations fromDirectory(Path directory, String changelog) {
    return of(new Changelog.InDirectory(directory, changelog));
  }

  private static LiquibaseMigrations of(Changelog changelog) {
    return new LiquibaseMigrations(changelog, List.of(), List.of(), DEFAULT_LOCK_TIMEOUT);
  }

  /**
   * Runs only changesets that name no context or whose context expression holds for these. By
   * default contexts are not looked at and every changeset runs.
   */
  public LiquibaseMigrations withContexts(String... contexts) {
    return new LiquibaseMigrations(changelog, List.of(contexts), labels, lockTimeout);
  }

  /**
   * Runs only changesets that name no label or one that any of these label expressions accepts. By
   * default labels are not looked at and every changeset runs.
   */
  public LiquibaseMigrations withLabels(String... labels) {
    return new LiquibaseMigrations(changelog, contexts, List.of(labels), lockTimeout);
  }

  /**
   * Waits at most this long for another thread or process that is migrating the same database. By
   * default 5 minutes.
   *
   * @throws ConfigurationException if the time is not positive
   */
  public LiquibaseMigrations withLockTimeout(Duration lockTimeout) {
    if (!lockTimeout.isPositive()) {
      throw new ConfigurationException(
          "The lock timeout of LiquibaseMigrations is " + lockTimeout + "; it must be positive.",
          null);
    }
    return new LiquibaseMigrations(changelog, contexts, labels, lockTimeout);
  }

  /**
   * Applies the changesets that the database does not have yet. Returns with the connection as it
   * was: open, auto-commit on. Migrations of one JVM run one after the other.
   *
   * @param connection an open connection to SQLite or PostgreSQL in auto-commit mode
   * @throws ConfigurationException if Liquibase is missing, or the changelog is missing or cannot
   *     be read, or the connection is not in auto-commit mode
   * @throws SchemaException if a changeset fails, naming its file, id and author, was edited after
   *     it ran, or another process keeps migrating for longer than the lock timeout. Changesets
   *     before it stay applied.
   */
  @Override
  public void apply(Connection connection) {
    requireLiquibase();
    changelog.requirePresent();
    requireAutoCommit(connection);
    var update =
        new LiquibaseUpdate(changelog, String.join(",", contexts), String.join(" or ", labels));
    try (MigrationTurn turn = MigrationTurn.await(connection, lockTimeout)) {
      update.run(connection, turn);
    }
  }

  private static void requireLiquibase() {
    try {
      Class.forName("liquibase.Scope", false, LiquibaseMigrations.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new ConfigurationException(
          "LiquibaseMigrations needs Liquibase, which is not on the class path. Add the dependency"
              + " org.liquibase:liquibase-core:4.33.0; on the module path also start with"
              + " --add-modules liquibase.core.",
          e);
    }
  }

  private static void requireAutoCommit(Connection connection) {
    try {
      if (!connection.getAutoCommit()) {
        throw new ConfigurationException(
            "LiquibaseMigrations was given a connection with auto-commit off. Migrations commit on"
                + " their own; hand over a connection of its own with auto-commit on.",
            null);
      }
    } catch (SQLException e) {
      throw LiquibaseFailure.schema("The connection for migrations does not work", e);
    }
  }

  @Override
  public String toString() {
    return "LiquibaseMigrations[" + changelog.name() + "]";
  }
}
