package dev.dbos;

import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.ListenMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.spi.DatasourceEngine;
import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.engine.Engine;
import dev.dbos.internal.engine.EngineSettings;
import dev.dbos.internal.engine.ExecutorIds;
import dev.dbos.internal.journal.Journal;
import dev.dbos.internal.migration.SystemDatabaseSetup;
import dev.dbos.internal.operations.MovedDatabase;
import dev.dbos.internal.operations.QueueSettings;
import dev.dbos.internal.operations.Scheduling;
import dev.dbos.internal.operations.Scheduling.Existing;
import dev.dbos.internal.sql.ConnectionBudget;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.VersionStore;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.serialization.Trust;
import dev.dbos.workflow.ApplicationVersion;
import dev.dbos.workflow.Lease;
import dev.dbos.workflow.Schedule;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what a {@link DbosBuilder} describes, and has it recover. */
final class Launch {
  private static final Logger LOG = LoggerFactory.getLogger(Launch.class);
  private static final int MAX_RUNNING = 1_000;

  private final DbosBuilder chosen;
  private final Configuration configuration;

  Launch(DbosBuilder chosen) {
    this.chosen = chosen;
    this.configuration = chosen.configuration;
  }

  DBOS run() {
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
    return new PoolSetup(options, chosen.credentials, chosen.poolCustomizer);
  }

  /** Open already when it has a URL of its own. */
  private ApplicationDatabase application(Database system) {
    String schema = configuration.systemDatabaseSchema();
    Optional<String> url = configuration.applicationDatabaseUrl();
    if (url.isEmpty()) {
      return new ApplicationDatabase(
          system, schema, system.url().orElseThrow(), systemPool(chosen.applicationPool));
    }
    ApplicationDatabase application =
        new ApplicationDatabase(
            system, schema, DatabaseUrl.parse(url.get()), PoolSetup.of(chosen.applicationPool));
    application.datasource();
    return application;
  }

  private DBOS launch(Database database, ApplicationDatabase application) {
    try {
      String schema = configuration.systemDatabaseSchema();
      SystemDatabase systemDatabase = new SystemDatabase(database, schema);
      MovedDatabase.refuse(systemDatabase);
      EngineSettings settings = settings();
      registerVersion(systemDatabase, settings);
      List<DatasourceEngine> known = datasourceEngines(application);
      ConnectionBudget.log(
          chosen.applicationName,
          database,
          chosen.listening == ListenMode.AUTO && database.opensBeside() ? 1 : 0,
          known.stream().map(DatasourceEngine::database).toList());
      Journal journal =
          Journal.open(database, schema, systemDatabase::payloadLayout, settings.observers());
      List<DurableTransactions> transactions =
          known.stream().map(DatasourceEngine::transactions).toList();
      Engine engine = new Engine(settings, systemDatabase, journal, chosen.workflows, transactions);
      engine.applicationDatasource(application::datasource);
      application.join(engine.outboxes());
      if (chosen.retention != null) {
        engine.retain(chosen.retention);
      }
      recover(engine);
      return new DBOS(engine, application);
    } catch (Throwable failure) {
      application.close();
      throw failure;
    }
  }

  private void prepareQueues(Engine engine) {
    if (chosen.listenedQueues != null) {
      engine.listenTo(chosen.listenedQueues);
    }
    QueueSettings settings =
        new QueueSettings(engine.access(), engine.settings().applicationVersion());
    chosen.queues.values().forEach(settings::register);
  }

  /** Lets nothing that was recovered run on when the rest could not be. */
  private void recover(Engine engine) {
    try {
      prepareQueues(engine);
      schedule(engine, List.copyOf(chosen.schedules.values()));
      engine.recover();
    } catch (Throwable failure) {
      engine.close();
      throw failure;
    }
  }

  /** An older version that is launched again does not undo what a newer one has changed. */
  private static void schedule(Engine engine, List<Schedule> schedules) {
    if (!schedules.isEmpty()) {
      EngineSettings settings = engine.settings();
      boolean isLatest =
          engine
              .access()
              .systemDatabase()
              .read(dsl -> VersionStore.list(dsl, settings.applicationName()))
              .stream()
              .findFirst()
              .map(ApplicationVersion::name)
              .filter(settings.applicationVersion()::equals)
              .isPresent();
      new Scheduling(engine.access())
          .put(
              "DbosBuilder.schedule",
              "DBOS.applySchedules",
              schedules,
              isLatest ? Existing.REDEFINE : Existing.KEEP);
    }
  }

  private EngineSettings settings() {
    Trust trust = TrustedTypes.of(chosen.trustedPackages, chosen.workflows.values());
    StepCodec codec = StepCodec.of(trust, chosen.serializer, chosen.payloadLimit);
    return new EngineSettings(
        new EngineSettings.Identity(
            chosen.applicationName,
            given(chosen.applicationVersion, "DBOS__APPVERSION").orElse(chosen.applicationName),
            executorId(),
            lease()),
        codec,
        chosen.clock,
        chosen.closeTimeout,
        MAX_RUNNING,
        chosen.listening,
        chosen.listeners.isEmpty() ? Observers.NONE : new Observers(chosen.listeners));
  }

  private String executorId() {
    return given(chosen.executorId, "DBOS__VMID")
        .orElseGet(() -> lease() == null ? "local" : ExecutorIds.unique());
  }

  private @Nullable Duration lease() {
    Lease lease = chosen.lease;
    boolean named = given(chosen.executorId, "DBOS__VMID").isPresent();
    return named && lease.isOnlyWithoutExecutorId() ? null : lease.duration().orElse(null);
  }

  private static Optional<String> given(@Nullable String value, String variable) {
    return Optional.ofNullable(value)
        .or(() -> Optional.ofNullable(System.getenv(variable)).filter(set -> !set.isBlank()));
  }

  /** Of the registered datasources, and of the runtime's own when it has a URL. */
  private List<DatasourceEngine> datasourceEngines(ApplicationDatabase application) {
    Stream<Datasource<?>> own =
        configuration.applicationDatabaseUrl().map(url -> application.datasource()).stream()
            .map(datasource -> datasource);
    return Stream.concat(chosen.datasources.values().stream(), own)
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
