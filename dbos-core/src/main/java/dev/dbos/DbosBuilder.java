package dev.dbos;

import com.zaxxer.hikari.HikariConfig;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.Credentials;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.ListenMode;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.spi.DatasourceEngine;
import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.engine.Engine;
import dev.dbos.internal.engine.EngineSettings;
import dev.dbos.internal.engine.Registration;
import dev.dbos.internal.engine.SystemClock;
import dev.dbos.internal.journal.Journal;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.sql.ConnectionBudget;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.VersionStore;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.observe.DbosListener;
import dev.dbos.serialization.ErrorCodec;
import dev.dbos.serialization.Serializer;
import dev.dbos.serialization.TaggedJson;
import dev.dbos.serialization.Trust;
import dev.dbos.workflow.ApplicationVersion;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Everything a {@link DBOS} is launched with, each with its default. Not thread-safe. */
public final class DbosBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(DbosBuilder.class);
  private static final Pattern NAME = Pattern.compile("[a-z0-9_-]{3,30}");
  private static final int MAX_RUNNING = 1_000;

  private final String applicationName;
  private Configuration configuration;
  private final Map<String, Registration<?, ?>> workflows = new LinkedHashMap<>();
  private final Map<String, Datasource<?>> datasources = new LinkedHashMap<>();
  private final List<String> trustedPackages = new ArrayList<>();
  private PoolOptions applicationPool = PoolOptions.DEFAULT;
  private @Nullable Supplier<Credentials> credentials;
  private @Nullable Consumer<HikariConfig> poolCustomizer;
  private final List<DbosListener> listeners = new ArrayList<>();
  private @Nullable String applicationVersion;
  private @Nullable String executorId;
  private @Nullable Serializer serializer;
  private ListenMode listening = ListenMode.AUTO;
  private InstantSource clock = SystemClock.UTC;
  private Duration closeTimeout = Duration.ofSeconds(5);

  DbosBuilder(Configuration configuration) {
    this.configuration = configuration;
    this.applicationName = validName(configuration.name().orElse(""));
  }

  private static String validName(String applicationName) {
    if (applicationName.isBlank()) {
      throw new ConfigurationException("Configuration must specify an application name", null);
    }
    if (!NAME.matcher(applicationName).matches()) {
      throw new ConfigurationException(
          "Invalid app name "
              + applicationName
              + ".  App names must be between 3 and 30 characters long and contain only lowercase"
              + " letters, numbers, dashes, and underscores.",
          null);
    }
    return applicationName;
  }

  /**
   * Where workflows and steps are stored; default what the environment variable {@code
   * DBOS_SYSTEM_DATABASE_URL} says, else with an {@link #applicationDatabaseUrl} what is beside
   * that: on PostgreSQL the database with {@code _dbos_sys} behind its name, on SQLite the same
   * file; else the file {@code <application>.sqlite} in the working directory. Either {@code
   * sqlite:} or {@code postgresql:}. A PostgreSQL database that does not exist is created, where
   * the role may.
   */
  public DbosBuilder systemDatabaseUrl(String url) {
    this.configuration = configuration.withSystemDatabaseUrl(url);
    return this;
  }

  /** The schema of the system tables on PostgreSQL; default {@code dbos}. */
  public DbosBuilder systemDatabaseSchema(String schemaName) {
    this.configuration = configuration.withSystemDatabaseSchema(schemaName);
    return this;
  }

  /**
   * A direct way to the system database, used for nothing but its migration; default the system
   * database's own URL. For a role that may create tables where the application's may not, and for
   * servers whose other way in is a connection pooler. The role of the application is given the
   * rights it needs on what the migration makes.
   */
  public DbosBuilder migrationUrl(String url) {
    this.configuration = configuration.withMigrationUrl(url);
    return this;
  }

  /**
   * The database of the same server to connect to when the system database does not exist and has
   * to be created; default {@code postgres}. It is connected to for nothing else.
   */
  public DbosBuilder maintenanceDatabase(String database) {
    this.configuration = configuration.withMaintenanceDatabase(database);
    return this;
  }

  /** The size and timeouts of the system database's pool; default {@link PoolOptions#DEFAULT}. */
  public DbosBuilder systemDatabasePool(PoolOptions options) {
    this.configuration = configuration.withSystemDatabasePool(options);
    return this;
  }

  /**
   * Who logs in to the system database, asked anew for each physical connection; default the user
   * and password of its URL. As {@link
   * dev.dbos.datasource.DatasourceBuilder#credentials(Supplier)}.
   */
  public DbosBuilder systemDatabaseCredentials(Supplier<Credentials> supplier) {
    this.credentials = supplier;
    return this;
  }

  /**
   * Changes what {@link PoolOptions} has no word for in the system database's pool; default no
   * change. As {@link dev.dbos.datasource.DatasourceBuilder#configurePool(Consumer)}.
   */
  public DbosBuilder configureSystemDatabasePool(Consumer<HikariConfig> customizer) {
    this.poolCustomizer = customizer;
    return this;
  }

  /**
   * The database of {@link DBOS#applicationDatasource()}; default the system database. It may be of
   * another product. A database that is named here is opened by {@link #launch()} and closed with
   * the DBOS; datasources of your own serve as well and have more settings.
   */
  public DbosBuilder applicationDatabaseUrl(String url) {
    this.configuration = configuration.withApplicationDatabaseUrl(url);
    return this;
  }

  /**
   * The size and timeouts of the pool behind {@link DBOS#applicationDatasource()}, also when that
   * is on the system database; default {@link PoolOptions#DEFAULT}.
   */
  public DbosBuilder applicationDatabasePool(PoolOptions options) {
    this.applicationPool = options;
    return this;
  }

  /**
   * Makes a datasource known, so that what crashed processes left in its output table is cleaned
   * up. Workflows may use datasources that are not.
   *
   * @throws ConfigurationException when another one has its name
   */
  public DbosBuilder datasource(Datasource<?> datasource) {
    if (datasources.putIfAbsent(datasource.name(), datasource) != null) {
      throw new ConfigurationException(
          "Two datasources are named "
              + datasource.name()
              + ". Give one another name with builder(url).name(...).",
          null);
    }
    return this;
  }

  /**
   * Registers the body of a workflow.
   *
   * @throws ConfigurationException when the name is taken
   */
  public <I, O> DbosBuilder workflow(
      WorkflowDefinition<I, O> definition, WorkflowFunction<@Nullable I, @Nullable O> body) {
    if (workflows.putIfAbsent(definition.name(), new Registration<>(definition, body)) != null) {
      throw new ConfigurationException(
          "A workflow named "
              + definition.name()
              + " is already registered. Each needs a name of its own.",
          null);
    }
    return this;
  }

  /**
   * The version of the program, written into what it starts; only workflows of this version are
   * recovered. Default the environment variable {@code DBOS__APPVERSION}, else the application's
   * name: then a new build goes on with the workflows of the one before.
   */
  public DbosBuilder applicationVersion(String version) {
    this.applicationVersion = version;
    return this;
  }

  /**
   * Which of several processes this is; it recovers what it left unfinished itself. Default the
   * environment variable {@code DBOS__VMID}, else {@code local}.
   */
  public DbosBuilder executorId(String id) {
    this.executorId = id;
    return this;
  }

  /** What happens to the system tables; default {@link MigrationMode#MIGRATE}. */
  public DbosBuilder migrate(MigrationMode mode) {
    this.configuration = configuration.withMigrationMode(mode);
    return this;
  }

  /**
   * What step outputs are written with; default self-describing JSON that reads back only trusted
   * classes. Inputs and outputs of workflows are always portable JSON.
   */
  public DbosBuilder serializer(Serializer stepSerializer) {
    this.serializer = stepSerializer;
    return this;
  }

  /**
   * Packages, with those below them, whose classes may be read back from stored steps and errors;
   * always those of the registered workflows and their input and output types.
   */
  public DbosBuilder trustedPackages(String... packages) {
    trustedPackages.addAll(List.of(packages));
    return this;
  }

  /**
   * Whether a PostgreSQL server may be asked to tell what changed, on one connection beside the
   * pool; default {@link ListenMode#AUTO}. Without it everything works, found by polling.
   */
  public DbosBuilder listen(ListenMode mode) {
    this.listening = mode;
    return this;
  }

  /** Tells {@code listener} what workflows do, as well as those given before. */
  public DbosBuilder listener(DbosListener listener) {
    listeners.add(listener);
    return this;
  }

  /** What time it is; default the system's clock. */
  public DbosBuilder clock(InstantSource source) {
    this.clock = source;
    return this;
  }

  /**
   * How long {@link DBOS#close()} lets running workflows go on; default 5 s.
   *
   * @throws IllegalArgumentException when negative
   */
  public DbosBuilder closeTimeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("closeTimeout must not be negative: " + timeout);
    }
    this.closeTimeout = timeout;
    return this;
  }

  /**
   * Opens the system database, brings its tables up to date, and goes on with unfinished workflows.
   *
   * @throws ConfigurationException when something here is wrong
   * @throws dev.dbos.error.DatabaseUnavailableException when the system database cannot be reached
   * @throws dev.dbos.error.SchemaException when its tables are not what they must be
   */
  public DBOS launch() {
    Database database =
        SystemDatabaseSetup.open(configuration, systemPool(configuration.systemDatabasePool()));
    try {
      database.announce();
      return launch(database, application(database));
    } catch (Throwable failure) {
      database.close();
      throw failure;
    }
  }

  private PoolSetup systemPool(PoolOptions options) {
    return new PoolSetup(options, credentials, poolCustomizer);
  }

  /** Open already when it has a URL of its own. */
  private ApplicationDatabase application(Database system) {
    String schema = configuration.systemDatabaseSchema();
    Optional<String> url = configuration.applicationDatabaseUrl();
    if (url.isEmpty()) {
      return new ApplicationDatabase(
          system, schema, system.url().orElseThrow(), systemPool(applicationPool));
    }
    ApplicationDatabase application =
        new ApplicationDatabase(
            system, schema, DatabaseUrl.parse(url.get()), PoolSetup.of(applicationPool));
    application.datasource();
    return application;
  }

  private DBOS launch(Database database, ApplicationDatabase application) {
    try {
      String schema = configuration.systemDatabaseSchema();
      SystemDatabase systemDatabase = new SystemDatabase(database, schema);
      EngineSettings settings = settings();
      registerVersion(systemDatabase, settings);
      List<DatasourceEngine> known = datasourceEngines(application);
      ConnectionBudget.log(
          applicationName,
          database,
          listening == ListenMode.AUTO && database.opensBeside() ? 1 : 0,
          known.stream().map(DatasourceEngine::database).toList());
      Journal journal = Journal.open(database, schema, settings.observers());
      List<DurableTransactions> transactions =
          known.stream().map(DatasourceEngine::transactions).toList();
      Engine engine = new Engine(settings, systemDatabase, journal, workflows, transactions);
      engine.applicationDatasource(application::datasource);
      recover(engine);
      return new DBOS(engine, application);
    } catch (Throwable failure) {
      application.close();
      throw failure;
    }
  }

  /** Lets nothing that was recovered run on when the rest could not be. */
  private static void recover(Engine engine) {
    try {
      engine.recover();
    } catch (Throwable failure) {
      engine.close();
      throw failure;
    }
  }

  private EngineSettings settings() {
    Trust trust = TrustedTypes.of(trustedPackages, workflows.values());
    StepCodec codec =
        new StepCodec(
            serializer == null ? TaggedJson.trusting(trust) : serializer, new ErrorCodec(trust));
    return new EngineSettings(
        new EngineSettings.Identity(
            applicationName,
            orEnvironment(applicationVersion, "DBOS__APPVERSION", applicationName),
            orEnvironment(executorId, "DBOS__VMID", "local")),
        codec,
        clock,
        closeTimeout,
        MAX_RUNNING,
        listening,
        listeners.isEmpty() ? Observers.NONE : new Observers(listeners));
  }

  private static String orEnvironment(@Nullable String chosen, String variable, String otherwise) {
    if (chosen != null) {
      return chosen;
    }
    String environment = System.getenv(variable);
    return environment == null || environment.isBlank() ? otherwise : environment;
  }

  /** Of the registered datasources, and of the runtime's own when it has a URL. */
  private List<DatasourceEngine> datasourceEngines(ApplicationDatabase application) {
    Stream<Datasource<?>> own =
        configuration.applicationDatabaseUrl().map(url -> application.datasource()).stream()
            .map(datasource -> datasource);
    return Stream.concat(datasources.values().stream(), own)
        .flatMap(datasource -> datasource.unwrap(DatasourceEngine.class).stream())
        .toList();
  }

  private static void registerVersion(SystemDatabase systemDatabase, EngineSettings settings) {
    String version = settings.applicationVersion();
    String name = settings.applicationName();
    String owner =
        systemDatabase.write(
            dsl -> VersionStore.register(dsl, name, version, settings.clock().millis()));
    if (!name.equals(owner)) {
      throw new ConfigurationException(
          "Application version "
              + version
              + " is already registered by application "
              + owner
              + " in this system database. Choose another with applicationVersion(...).",
          null);
    }
    warnUnlessLatest(systemDatabase, settings);
  }

  private static void warnUnlessLatest(SystemDatabase systemDatabase, EngineSettings settings) {
    systemDatabase.read(dsl -> VersionStore.list(dsl, settings.applicationName())).stream()
        .findFirst()
        .map(ApplicationVersion::name)
        .filter(latest -> !latest.equals(settings.applicationVersion()))
        .ifPresent(
            latest ->
                LOG.warn(
                    "Application {} is launched at version {}, but its latest version is {}, which"
                        + " takes the work that is for no version in particular. If this one is to"
                        + " take it, call setLatestVersion",
                    settings.applicationName(),
                    settings.applicationVersion(),
                    latest));
  }
}
