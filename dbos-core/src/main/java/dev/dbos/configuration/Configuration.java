package dev.dbos.configuration;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a program is configured with outside its code. Immutable; each {@code with} returns another
 * one.
 *
 * <p>The URLs may hold passwords: {@link #toString()} shows none of them.
 */
public final class Configuration {
  /** What the configuration file is usually called. */
  public static final String FILE_NAME = "dbos-config.yaml";

  /** The environment variable that names the system database when nothing else does. */
  public static final String URL_VARIABLE = "DBOS_SYSTEM_DATABASE_URL";

  private @Nullable String name;
  private @Nullable String systemDatabaseUrl;
  private @Nullable String environmentUrl;
  private @Nullable String applicationDatabaseUrl;
  private @Nullable String migrationUrl;
  private String maintenanceDatabase = "postgres";
  private String systemDatabaseSchema = "dbos";
  private PoolOptions systemDatabasePool = PoolOptions.DEFAULT;
  private MigrationMode migrationMode = MigrationMode.MIGRATE;

  private Configuration() {}

  private Configuration(Configuration other) {
    this.name = other.name;
    this.systemDatabaseUrl = other.systemDatabaseUrl;
    this.environmentUrl = other.environmentUrl;
    this.applicationDatabaseUrl = other.applicationDatabaseUrl;
    this.migrationUrl = other.migrationUrl;
    this.maintenanceDatabase = other.maintenanceDatabase;
    this.systemDatabaseSchema = other.systemDatabaseSchema;
    this.systemDatabasePool = other.systemDatabasePool;
    this.migrationMode = other.migrationMode;
  }

  /** What there is without a file: the defaults, and the environment's URL. */
  public static Configuration ofEnvironment(Map<String, String> variables) {
    Configuration configuration = new Configuration();
    String url = variables.get(URL_VARIABLE);
    configuration.environmentUrl = url == null || url.isBlank() ? null : url;
    return configuration;
  }

  /**
   * Reads a configuration file.
   *
   * @param file YAML with the keys that the README lists
   * @param variables the environment, for <code>${NAME}</code> in the file and for the URL when the
   *     file has none
   * @throws ConfigurationException when the file cannot be read or says something that cannot be
   *     meant: an unknown key, a value of the wrong type, a variable that is not set. The message
   *     names the key and the line
   */
  public static Configuration read(Path file, Map<String, String> variables) {
    return ConfigurationFile.read(file, variables).apply(ofEnvironment(variables));
  }

  /** The application's name, which the file must have. */
  public Optional<String> name() {
    return Optional.ofNullable(name);
  }

  /** The URL of the system database where one is set in the code or the file. A secret. */
  public Optional<String> systemDatabaseUrl() {
    return Optional.ofNullable(systemDatabaseUrl);
  }

  /** The URL of the application's own database, where there is one. A secret. */
  public Optional<String> applicationDatabaseUrl() {
    return Optional.ofNullable(applicationDatabaseUrl);
  }

  /** A direct way to the system database for migrations only, where there is one. A secret. */
  public Optional<String> migrationUrl() {
    return Optional.ofNullable(migrationUrl);
  }

  /**
   * The database to connect to when the system database does not exist and has to be created;
   * default {@code postgres}.
   */
  public String maintenanceDatabase() {
    return maintenanceDatabase;
  }

  /** The schema of the system tables on PostgreSQL; default {@code dbos}. */
  public String systemDatabaseSchema() {
    return systemDatabaseSchema;
  }

  /** The system database's pool; default {@link PoolOptions#DEFAULT}. */
  public PoolOptions systemDatabasePool() {
    return systemDatabasePool;
  }

  /** What happens to the system tables at the start; default {@link MigrationMode#MIGRATE}. */
  public MigrationMode migrationMode() {
    return migrationMode;
  }

  /**
   * The system database: the one that is set; else the one of the environment variable {@code
   * DBOS_SYSTEM_DATABASE_URL}; else the one beside the application's database, which is {@code
   * <database>_dbos_sys} on the same PostgreSQL server, or the same SQLite file; else {@code
   * sqlite:///<name>.sqlite}.
   *
   * @throws ConfigurationException when a URL cannot be read, or there is neither one nor a name
   */
  public DatabaseUrl systemDatabase() {
    if (systemDatabaseUrl != null) {
      return DatabaseUrl.parse(systemDatabaseUrl);
    }
    if (environmentUrl != null) {
      return DatabaseUrl.parse(environmentUrl);
    }
    if (applicationDatabaseUrl != null) {
      return beside(DatabaseUrl.parse(applicationDatabaseUrl));
    }
    if (name == null) {
      throw new ConfigurationException(
          "No system database is named. Give its URL, set the environment variable "
              + URL_VARIABLE
              + ", or put system_database_url into "
              + FILE_NAME
              + ".",
          null);
    }
    return DatabaseUrl.defaultFor(name);
  }

  private static DatabaseUrl beside(DatabaseUrl application) {
    return switch (application.kind()) {
      case POSTGRESQL -> application.withDatabaseName(application.databaseName() + "_dbos_sys");
      case SQLITE -> application;
    };
  }

  /** With another {@link #name()}. */
  public Configuration withName(String applicationName) {
    Configuration copy = new Configuration(this);
    copy.name = applicationName;
    return copy;
  }

  /** With another {@link #systemDatabaseUrl()}. */
  public Configuration withSystemDatabaseUrl(String url) {
    Configuration copy = new Configuration(this);
    copy.systemDatabaseUrl = url;
    return copy;
  }

  /** With another {@link #applicationDatabaseUrl()}. */
  public Configuration withApplicationDatabaseUrl(String url) {
    Configuration copy = new Configuration(this);
    copy.applicationDatabaseUrl = url;
    return copy;
  }

  /** With another {@link #migrationUrl()}. */
  public Configuration withMigrationUrl(String url) {
    Configuration copy = new Configuration(this);
    copy.migrationUrl = url;
    return copy;
  }

  /** With another {@link #maintenanceDatabase()}. */
  public Configuration withMaintenanceDatabase(String database) {
    Configuration copy = new Configuration(this);
    copy.maintenanceDatabase = database;
    return copy;
  }

  /** With another {@link #systemDatabaseSchema()}. */
  public Configuration withSystemDatabaseSchema(String schema) {
    Configuration copy = new Configuration(this);
    copy.systemDatabaseSchema = schema;
    return copy;
  }

  /** With another {@link #systemDatabasePool()}. */
  public Configuration withSystemDatabasePool(PoolOptions pool) {
    Configuration copy = new Configuration(this);
    copy.systemDatabasePool = pool;
    return copy;
  }

  /** With another {@link #migrationMode()}. */
  public Configuration withMigrationMode(MigrationMode mode) {
    Configuration copy = new Configuration(this);
    copy.migrationMode = mode;
    return copy;
  }

  /** Shows the name alone, since URLs hold passwords. */
  @Override
  public String toString() {
    return "Configuration[" + (name == null ? "" : name) + "]";
  }
}
