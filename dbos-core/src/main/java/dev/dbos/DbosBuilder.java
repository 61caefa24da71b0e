package dev.dbos;

import com.zaxxer.hikari.HikariConfig;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.Credentials;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.ListenMode;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.context.ApplicationName;
import dev.dbos.internal.engine.Registration;
import dev.dbos.internal.engine.SystemClock;
import dev.dbos.internal.text.StoredName;
import dev.dbos.observe.DbosListener;
import dev.dbos.serialization.PayloadLimit;
import dev.dbos.serialization.Serializer;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Everything a {@link DBOS} is launched with, each with its default. Not thread-safe. */
public final class DbosBuilder {
  final String applicationName;
  Configuration configuration;
  final Map<String, Registration<?, ?>> workflows = new LinkedHashMap<>();
  final Map<String, Schedule> schedules = new LinkedHashMap<>();
  final Map<String, Datasource<?>> datasources = new LinkedHashMap<>();
  final List<String> trustedPackages = new ArrayList<>();
  PoolOptions applicationPool = PoolOptions.DEFAULT;
  @Nullable Supplier<Credentials> credentials;
  @Nullable Consumer<HikariConfig> poolCustomizer;
  final List<DbosListener> listeners = new ArrayList<>();
  final Map<String, Queue> queues = new LinkedHashMap<>();
  @Nullable Set<String> listenedQueues;
  @Nullable String applicationVersion;
  @Nullable String executorId;
  Lease lease = Lease.DEFAULT;
  @Nullable Serializer serializer;
  PayloadLimit payloadLimit = PayloadLimit.DEFAULT;
  ListenMode listening = ListenMode.AUTO;
  InstantSource clock = SystemClock.UTC;
  Duration closeTimeout = Duration.ofSeconds(5);
  @Nullable Retention retention;

  DbosBuilder(Configuration configuration) {
    this.configuration = configuration;
    this.applicationName = ApplicationName.valid(configuration.name().orElse(""));
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
   * Makes a schedule at launch, or changes the one of its name to this; see {@link
   * Schedules#apply(List)}. Launched at a version that is not the latest, one that is there stays
   * what it is. One that is not given any more stays, until {@link Schedules#delete} deletes it.
   *
   * @throws ConfigurationException when another one has its name
   */
  public DbosBuilder schedule(Schedule schedule) {
    if (schedules.putIfAbsent(schedule.name(), schedule) != null) {
      throw new ConfigurationException(
          "Two schedules are named " + schedule.name() + ". Each needs a name of its own.", null);
    }
    return this;
  }

  /**
   * Registers a queue at launch; when it is registered otherwise, it is changed if this is the
   * application's latest version.
   *
   * @throws ConfigurationException when there is one of its name
   * @throws IllegalArgumentException when the name is reserved
   */
  public DbosBuilder queue(Queue queue) {
    if (queues.putIfAbsent(queue.name(), queue) != null) {
      throw new ConfigurationException(
          "A queue named " + queue.name() + " is given twice. Each needs a name of its own.", null);
    }
    return this;
  }

  /**
   * Takes work only out of these queues, which may be registered later; default all that the
   * application or nobody has registered. What is resumed or forked is always taken up.
   */
  public DbosBuilder listenQueues(String... queueNames) {
    this.listenedQueues = Set.copyOf(List.of(queueNames));
    return this;
  }

  /**
   * The version of the program, written into what it starts; only workflows of this version are
   * recovered. Default the environment variable {@code DBOS__APPVERSION}, else the application's
   * name: then a new build goes on with the workflows of the one before.
   */
  public DbosBuilder applicationVersion(String version) {
    this.applicationVersion = StoredName.require("application version", version);
    return this;
  }

  /**
   * Which of several processes this is; it recovers what it left unfinished itself, when it is
   * launched again. Default the environment variable {@code DBOS__VMID}, else one that no other
   * process has, with a {@link #lease}; without a lease {@code local}.
   */
  public DbosBuilder executorId(String id) {
    this.executorId = StoredName.require("executor id", id);
    return this;
  }

  /**
   * Whether others take over what this process leaves unfinished when it dies, and how soon;
   * default {@link Lease#DEFAULT}: after 10 s, unless it has an executor id of its own.
   */
  public DbosBuilder lease(Lease choice) {
    this.lease = choice;
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
   * The most that one stored value may take: an input, an output, a result of a step or
   * transaction, an event, a message, a value of a stream, attributes; default {@link
   * PayloadLimit#DEFAULT}, 64 MiB. What takes more is refused with a {@link
   * dev.dbos.error.SerializationException} before anything is written: a transaction whose result
   * it is does not commit.
   */
  public DbosBuilder payloadLimit(PayloadLimit limit) {
    this.payloadLimit = limit;
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

  /**
   * Has finished workflows of this application deleted, at launch and from time to time, by one of
   * the processes that run it; with their rows in the registered datasources. Default: they are
   * kept for ever. As {@link DBOS#deleteFinished}.
   */
  public DbosBuilder retention(Retention finished) {
    this.retention = finished;
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
    return new Launch(this).run();
  }
}
