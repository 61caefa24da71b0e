package dev.dbos.internal.migration;

import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.Pools;
import dev.dbos.internal.sql.SqlFailure;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the system database a configuration means, with its tables as its mode wants them. */
public final class SystemDatabaseSetup {
  private static final Logger LOG = LoggerFactory.getLogger(SystemDatabaseSetup.class);
  private static final String NAME = "system database";
  private static final Pools.Owner OWNER =
      new Pools.Owner(
          NAME, "systemDatabasePool(PoolOptions.DEFAULT.withMaximumSize(...)) of the DBOS builder");
  private static final Duration LOCK_TIMEOUT = Duration.ofSeconds(30);
  private static final Pools.Session SESSION =
      new Pools.Session("dbos_transact", IsolationLevel.READ_COMMITTED, null);

  private final Configuration configuration;
  private final DatabaseUrl url;
  private final PoolSetup pool;

  private SystemDatabaseSetup(Configuration configuration) {
    this(configuration, PoolSetup.of(configuration.systemDatabasePool()));
  }

  private SystemDatabaseSetup(Configuration configuration, PoolSetup pool) {
    this.configuration = configuration;
    this.url = configuration.systemDatabase();
    this.pool = pool;
  }

  /**
   * What was done.
   *
   * @param databaseCreated whether the database itself was created
   * @param tables what was found and done there
   */
  public record Preparation(boolean databaseCreated, SystemSchema.Outcome tables) {}

  /** Opens it for use with such a pool, migrating it before where that is wanted. */
  public static Database open(Configuration configuration, PoolSetup pool) {
    return new SystemDatabaseSetup(configuration, pool).open();
  }

  /** Opens it as it is; neither it nor its tables need to exist. */
  public static Database openAsIs(Configuration configuration) {
    return new SystemDatabaseSetup(configuration).open(configuration.systemDatabase());
  }

  /**
   * Creates or upgrades its tables, and the database when there is none.
   *
   * @param role who is to work with the rows, besides the one who migrates
   */
  public static Preparation migrate(Configuration configuration, Optional<String> role) {
    return new SystemDatabaseSetup(configuration).migrate(role);
  }

  private Database open() {
    if (configuration.migrationMode() == MigrationMode.MIGRATE) {
      return openMigrated();
    }
    Database database = open(url);
    prepare(database, configuration.migrationMode());
    return database;
  }

  private Database openMigrated() {
    if (migrationUrl().isPresent()) {
      migrateFor(url.user());
      Database database = open(url);
      prepare(database, MigrationMode.VALIDATE);
      return database;
    }
    Database database = openOrCreate(url).database();
    prepare(database, MigrationMode.MIGRATE);
    return database;
  }

  /** What the migrating role has made or changed, the other role has to be let into. */
  private Preparation migrateFor(Optional<String> role) {
    DatabaseUrl way = migrationUrl().orElse(url);
    Opened opened = openOrCreate(way);
    try (Database database = opened.database()) {
      SystemSchema.Outcome done = prepare(database, MigrationMode.MIGRATE);
      if (role.isPresent()
          && !role.equals(way.user())
          && done.isChanged()
          && database.dialect() instanceof Dialect.Postgres) {
        SystemSchema.grant(database, configuration.systemDatabaseSchema(), role.get());
      }
      return new Preparation(opened.created(), done);
    }
  }

  private Preparation migrate(Optional<String> role) {
    Preparation done = migrateFor(Optional.empty());
    if (role.isPresent()) {
      try (Database database = open(migrationUrl().orElse(url))) {
        SystemSchema.grant(database, configuration.systemDatabaseSchema(), role.get());
      }
    }
    return done;
  }

  /** Empties it: the tables are removed and made anew. */
  public static void reset(Configuration configuration) {
    SystemDatabaseSetup setup = new SystemDatabaseSetup(configuration);
    try (Database database =
        setup.openOrCreate(setup.migrationUrl().orElse(setup.url)).database()) {
      SystemSchema.reset(database, configuration.systemDatabaseSchema(), LOCK_TIMEOUT);
    }
  }

  /** The tables made ready; the database is closed when they cannot be. */
  private SystemSchema.Outcome prepare(Database database, MigrationMode mode) {
    try {
      return SystemSchema.prepare(
          database, configuration.systemDatabaseSchema(), mode, LOCK_TIMEOUT);
    } catch (Throwable failure) {
      database.close();
      throw failure;
    }
  }

  private Optional<DatabaseUrl> migrationUrl() {
    return configuration.migrationUrl().map(DatabaseUrl::parse);
  }

  private record Opened(Database database, boolean created) {}

  /** A server is asked to create the database only once it has said that there is none. */
  private Opened openOrCreate(DatabaseUrl wanted) {
    try {
      return new Opened(open(wanted), false);
    } catch (DatabaseUnavailableException unavailable) {
      if (SqlFailure.of(unavailable) != SqlFailure.NO_SUCH_DATABASE) {
        throw unavailable;
      }
    }
    MissingDatabase missing = new MissingDatabase(wanted, configuration.maintenanceDatabase());
    missing.create(NAME, this::open);
    LOG.info("Created the database {} for the system tables", wanted.databaseName());
    return new Opened(open(wanted), true);
  }

  /** The credentials are those of the user of the system database, not of one who migrates it. */
  private Database open(DatabaseUrl which) {
    boolean sameUser = migrationUrl().isEmpty() || which.equals(url);
    return Pools.open(
        OWNER,
        which,
        sameUser ? pool : new PoolSetup(pool.options(), null, pool.customizer()),
        SESSION);
  }
}
