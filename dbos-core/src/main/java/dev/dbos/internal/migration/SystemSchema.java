package dev.dbos.internal.migration;

import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.SqlFunction;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the system tables to version {@value SystemTables#HEAD}, whoever made them and however
 * many programs start at once.
 *
 * <p>The usual start finds them current and takes no lock. Otherwise one transaction on one
 * connection takes the migration lock, looks again, does everything and records the version: a
 * crash leaves either the old tables or the new ones. Whoever does not get the lock gives its
 * connection back and tries again until its time is up. A newer version than ours is left alone.
 *
 * <p>The tables that only this library has are made in the same way, where they are missing.
 */
public final class SystemSchema {
  private static final Logger LOG = LoggerFactory.getLogger(SystemSchema.class);

  /** The version of the tables that this library makes and needs. */
  public static final int HEAD = SystemTables.HEAD;

  // Statements under the lock must see what its last holder committed, so each takes its own
  // snapshot.
  private static final TransactionMode MIGRATING =
      new TransactionMode(IsolationLevel.READ_COMMITTED, false);

  private final Database database;
  private final SystemTables tables;
  private final Duration lockTimeout;
  private final SchemaProblems problems;

  private SystemSchema(Database database, SystemTables tables, Duration lockTimeout) {
    this.database = database;
    this.tables = tables;
    this.lockTimeout = lockTimeout;
    this.problems = new SchemaProblems(database, tables);
  }

  /**
   * What was found and done.
   *
   * @param versionBefore the version the shared tables had before, 0 when there were none
   * @param isChanged whether anything was created or upgraded
   */
  public record Outcome(long versionBefore, boolean isChanged) {}

  /**
   * Makes the system tables ready for use, as far as {@code mode} allows.
   *
   * @param schema where they live on PostgreSQL; any name; ignored on SQLite
   * @param lockTimeout how long to wait for others that migrate or use the tables
   * @return what was found and done
   * @throws SchemaException when they are missing, too old, or cannot be made; the message says
   *     what to do
   * @throws DatabaseUnavailableException when the connection is lost
   */
  public static Outcome prepare(
      Database database, String schema, MigrationMode mode, Duration lockTimeout) {
    SystemTables tables = SystemTables.of(database.dialect(), schema);
    SystemSchema system = new SystemSchema(database, tables, lockTimeout);
    return switch (mode) {
      case MIGRATE -> system.migrate();
      case VALIDATE -> {
        Outcome found =
            system.validate(
                "Start once with MigrationMode.MIGRATE and a role that may change the schema",
                ", or have the printed DDL of this version applied");
        system.requireOwn();
        yield found;
      }
      case NONE -> new Outcome(SystemTables.HEAD, false);
    };
  }

  /**
   * Refuses system tables that are missing or too old, on behalf of somebody who never makes any.
   * Those that only this library has may be missing: another implementation may own the database.
   *
   * @param schema where they live on PostgreSQL; ignored on SQLite
   * @throws SchemaException saying whose task it is to make them
   */
  public static void require(Database database, String schema) {
    SystemTables tables = SystemTables.of(database.dialect(), schema);
    new SystemSchema(database, tables, Duration.ZERO)
        .validate(
            "A client changes no tables: launch the application, or run \"dbos migrate\"",
            database.dialect() instanceof Dialect.Postgres
                ? ", and see that this is its database and \"" + schema + "\" its schema"
                : ", and see that this is its file");
  }

  /**
   * The statements that make the system tables in an empty database, in order, without semicolons:
   * to be reviewed, or run by someone who may. They are meant for one transaction.
   */
  public static List<String> ddl(Dialect dialect, String schema) {
    return SystemTables.of(dialect, schema).ddl();
  }

  private Outcome validate(String advice, String adviceIfMissing) {
    long found = version();
    if (found < SystemTables.HEAD) {
      String state =
          found == 0 ? "The " + database.name() + " has no system tables" : problems.at(found);
      throw problems.failed(
          state
              + ", but this version of dbos requires version "
              + SystemTables.HEAD
              + ". "
              + advice
              + (found == 0 ? adviceIfMissing : "")
              + ".",
          null);
    }
    requireRights();
    return new Outcome(found, false);
  }

  private void requireOwn() {
    List<String> missing = missingOwn();
    if (!missing.isEmpty()) {
      throw problems.failed(
          "The "
              + database.name()
              + " lacks tables that this library keeps beside the shared ones. Start once with"
              + " MigrationMode.MIGRATE and a role that may create tables, or have an owner run:\n"
              + String.join(";\n", missing)
              + ";",
          null);
    }
  }

  private Outcome migrate() {
    long before = version();
    if (before >= SystemTables.HEAD && missingOwn().isEmpty()) {
      requireRights();
      return new Outcome(before, false);
    }
    repeatUntilFree(this::migrateUnlessBusy);
    return new Outcome(before, true);
  }

  /** Work under the lock; false when somebody else holds it. */
  @FunctionalInterface
  private interface LockedWork {
    boolean run(Connection connection, long nanosLeft) throws SQLException;
  }

  private void repeatUntilFree(LockedWork work) {
    Backoff backoff =
        new Backoff(Duration.ofMillis(10), 2, Duration.ofSeconds(1), new SplittableRandom());
    long deadline = System.nanoTime() + lockTimeout.toNanos();
    for (int attempt = 1; !doneUnlessBusy(work, deadline - System.nanoTime()); attempt++) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        throw problems.timedOut(lockTimeout);
      }
      if (attempt == 5) {
        LOG.info("Waiting to migrate {}. {}.", database.name(), problems.asking(tables::holder));
      }
      pause(Math.min(left, backoff.after(attempt).toNanos()));
    }
  }

  private boolean doneUnlessBusy(LockedWork work, long nanosLeft) {
    try (Lease lease = database.lease(Database.Access.WRITE)) {
      return tables.isTransactional()
          ? Transactions.call(lease, MIGRATING, connection -> work.run(connection, nanosLeft))
          : work.run(lease.connection(), nanosLeft);
    } catch (SQLException failure) {
      if (SqlFailure.of(failure) == SqlFailure.CONFLICT) {
        return false;
      }
      throw problems.explained(failure);
    }
  }

  private boolean migrateUnlessBusy(Connection connection, long nanosLeft) throws SQLException {
    if (!tables.claim(connection, Duration.ofNanos(nanosLeft))) {
      return false;
    }
    long found = tables.version(connection);
    if (found == 0) {
      tellOfOthers(connection);
      tables.create(connection);
      LOG.info("Created the system tables of {}", database.name());
    } else if (found < SystemTables.HEAD) {
      Optional<String> refusal = tables.refusal(connection, found);
      if (refusal.isPresent()) {
        throw problems.failed(
            problems.at(found)
                + ", "
                + refusal.get()
                + ". Upgrade it first with the SDK that created it, to version "
                + SystemTables.SHARED_BASE
                + " or later.",
            null);
      }
      tables.upgrade(connection, found);
      LOG.info(
          "Upgraded the system tables of {} from version {} to {}",
          database.name(),
          found,
          SystemTables.HEAD);
    } else {
      addOwn(connection);
    }
    return true;
  }

  private void addOwn(Connection connection) throws SQLException {
    List<String> missing = tables.own().missing(connection);
    if (!missing.isEmpty()) {
      Statements.run(connection, missing);
      LOG.info("Added tables of this library to {}", database.name());
    }
  }

  /** A mistyped schema is empty, and so looks like a new one. */
  private void tellOfOthers(Connection connection) throws SQLException {
    List<String> others = tables.otherSchemas(connection);
    if (!others.isEmpty()) {
      LOG.warn(
          "Creating new system tables in {} although schemas {} of it hold some. If these are"
              + " meant, set systemDatabaseSchema",
          database.name(),
          others);
    }
  }

  /** Whoever may not touch the rows is told so now, and not in the middle of a workflow. */
  private void requireRights() {
    List<String> missing = read(tables::missingRights);
    if (!missing.isEmpty()) {
      throw problems.failed(
          "The role that "
              + database.name()
              + " is opened with may not read and write the system tables. Have an owner run:\n"
              + String.join(";\n", missing)
              + ";",
          null);
    }
  }

  /**
   * Removes the system tables with everything in them, and makes new ones.
   *
   * @param lockTimeout how long to wait for others that migrate or use the tables
   */
  public static void reset(Database database, String schema, Duration lockTimeout) {
    SystemTables tables = SystemTables.of(database.dialect(), schema);
    SystemSchema system = new SystemSchema(database, tables, lockTimeout);
    system.repeatUntilFree(
        (connection, nanosLeft) -> {
          if (!tables.claim(connection, Duration.ofNanos(nanosLeft))) {
            return false;
          }
          tables.drop(connection);
          tables.create(connection);
          return true;
        });
  }

  /** The statements that make what is missing of the tables that only this library has. */
  public static List<String> missingOwn(Database database, String schema) {
    return new SystemSchema(database, SystemTables.of(database.dialect(), schema), Duration.ZERO)
        .missingOwn();
  }

  /** The recorded version of the system tables; 0 when there are none. */
  public static long version(Database database, String schema) {
    return new SystemSchema(database, SystemTables.of(database.dialect(), schema), Duration.ZERO)
        .version();
  }

  /** Where its inputs and outcomes are. */
  public static PayloadLayout payloadLayout(Connection connection, Dialect dialect, String schema)
      throws SQLException {
    return SystemTables.of(dialect, schema).hasPayloadTables(connection)
        ? PayloadLayout.IN_TABLES
        : PayloadLayout.IN_ROWS;
  }

  /** The statements that upgrade tables at {@code version}, in order, without semicolons. */
  public static List<String> upgradeDdl(Dialect dialect, String schema, long version) {
    return SystemTables.of(dialect, schema).upgradeDdl(version);
  }

  /** The statements that let {@code role} work with the rows of the tables, in order. */
  public static List<String> grants(Dialect dialect, String schema, String role) {
    return SystemTables.of(dialect, schema).grants(role);
  }

  /** Lets {@code role} work with the rows of the tables. */
  public static void grant(Database database, String schema, String role) {
    SystemTables tables = SystemTables.of(database.dialect(), schema);
    SystemSchema system = new SystemSchema(database, tables, Duration.ZERO);
    try {
      database.read(
          connection -> {
            Statements.run(connection, tables.grants(role));
            return true;
          });
    } catch (SQLException failure) {
      throw system.problems.failed(
          "The rights on the system tables could not be given to role "
              + role
              + ": "
              + failure.getMessage()
              + ". Have an owner run:\n"
              + String.join(";\n", tables.grants(role))
              + ";",
          failure);
    }
  }

  private long version() {
    return read(tables::version);
  }

  private List<String> missingOwn() {
    return read(tables.own()::missing);
  }

  private <T> T read(SqlFunction<Connection, T> question) {
    try {
      return database.read(question);
    } catch (SQLException failure) {
      throw problems.explained(failure);
    }
  }

  private void pause(long nanos) {
    try {
      Thread.sleep(Duration.ofNanos(nanos));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw problems.failed(
          "Interrupted while waiting to migrate the " + database.name() + ".", interrupted);
    }
  }
}
