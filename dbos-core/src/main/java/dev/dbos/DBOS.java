package dev.dbos;

import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.Datasource;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.engine.Engine;
import dev.dbos.internal.engine.WorkflowOperations;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs workflows that survive crashes, on a system database.
 *
 * <p>{@link DbosBuilder#launch()} is the only way to one, after everything is registered.
 * Thread-safe; usually one for each process, closed when the program ends.
 */
public final class DBOS extends Workflows implements AutoCloseable {
  private final Engine engine;
  private final ApplicationDatabase application;

  DBOS(Engine engine, ApplicationDatabase application) {
    super(engine.access(), engine.health(), engine.outboxes());
    this.engine = engine;
    this.application = application;
  }

  @Override
  String ownVersion() {
    return engine.settings().applicationVersion();
  }

  /**
   * Begins to configure one.
   *
   * @param applicationName 3 to 30 lower-case letters, digits, dashes and underscores; it owns the
   *     workflows and names the default system database
   * @throws dev.dbos.error.ConfigurationException when the name is not like that
   */
  public static DbosBuilder builder(String applicationName) {
    return new DbosBuilder(Configuration.ofEnvironment(System.getenv()).withName(applicationName));
  }

  /**
   * Begins with what a configuration file says; what is set on the builder counts more.
   *
   * @param configFile usually {@code dbos-config.yaml}; reading it takes the optional dependency
   *     {@code org.snakeyaml:snakeyaml-engine}
   * @throws dev.dbos.error.ConfigurationException when it cannot be read, or says what cannot be
   *     meant
   */
  public static DbosBuilder builder(Path configFile) {
    return new DbosBuilder(Configuration.read(configFile, System.getenv()));
  }

  /**
   * Creates or upgrades the system tables, as a deploy job does before the application starts with
   * {@link dev.dbos.datasource.MigrationMode#VALIDATE}.
   *
   * @param systemDatabaseUrl the system database, with a role that may change it
   * @param schema where the tables live on PostgreSQL
   * @param applicationRole the role the application runs with, which is given the right to read and
   *     write rows and no other; null for none
   * @throws dev.dbos.error.DatabaseUnavailableException when the database cannot be reached
   * @throws dev.dbos.error.SchemaException when the tables cannot be made
   */
  public static void migrate(
      String systemDatabaseUrl, String schema, @Nullable String applicationRole) {
    SystemDatabaseAdmin admin =
        SystemDatabaseAdmin.of(
            Configuration.ofEnvironment(Map.of())
                .withSystemDatabaseUrl(systemDatabaseUrl)
                .withSystemDatabaseSchema(schema));
    if (applicationRole == null) {
      admin.migrate();
    } else {
      admin.migrateFor(applicationRole);
    }
  }

  /** Runs a workflow without an input, and waits for it. */
  public <O extends @Nullable Object> O run(WorkflowDefinition<Void, O> definition) {
    return run(definition, null, StartOptions.DEFAULT);
  }

  /** Runs a workflow on this thread, and returns its output. */
  public <I, O extends @Nullable Object> O run(
      WorkflowDefinition<I, O> definition, @Nullable I input) {
    return run(definition, input, StartOptions.DEFAULT);
  }

  /**
   * Runs a workflow on this thread and returns its output. When the id has been started before, it
   * waits for that run instead. Inside a workflow it starts a child and waits for it.
   *
   * @throws dev.dbos.error.WorkflowFailedException when the workflow ends in an error: the cause
   * @throws dev.dbos.error.WorkflowConflictException when the id belongs to another workflow
   * @throws dev.dbos.error.WorkflowNotRegisteredException when it was not registered
   * @throws dev.dbos.error.DbosClosedException when this is closed, before or meanwhile
   * @throws IllegalStateException inside a step or transaction
   */
  public <I, O extends @Nullable Object> O run(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    return Ambient.current() == null
        ? engine.run(definition, input, options)
        : child(definition, input, options, "DBOS.run").result();
  }

  /** Starts a workflow without an input. */
  public <O extends @Nullable Object> WorkflowHandle<O> start(
      WorkflowDefinition<Void, O> definition) {
    return start(definition, null, StartOptions.DEFAULT);
  }

  /** Starts a workflow with a random id. */
  public <I, O extends @Nullable Object> WorkflowHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input) {
    return start(definition, input, StartOptions.DEFAULT);
  }

  /**
   * Starts a workflow and returns when it is durable: from then on it ends, whatever crashes. It
   * runs on a virtual thread, or with {@link StartOptions#withQueue} where and when the queue lets
   * it. Starting an id again returns a handle on the same run.
   *
   * @throws dev.dbos.error.WorkflowConflictException when the id belongs to another workflow
   * @throws dev.dbos.error.QueueDeduplicatedException when another workflow in the queue has the
   *     deduplication id, and the policy does not say to return that one
   * @throws dev.dbos.error.WorkflowNotRegisteredException when it was not registered and is not to
   *     wait in a queue
   * @throws dev.dbos.error.SerializationException when the input cannot be stored
   * @throws dev.dbos.error.DbosClosedException when this is closed
   * @throws IllegalStateException inside a step or transaction
   */
  public <I, O extends @Nullable Object> WorkflowHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    return Ambient.current() == null
        ? engine.start(definition, input, options)
        : child(definition, input, options, "DBOS.start");
  }

  private <I, O extends @Nullable Object> WorkflowHandle<O> child(
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options,
      String operation) {
    return WorkflowOperations.current(operation).start(definition, input, options);
  }

  /**
   * The datasource on {@link DbosBuilder#applicationDatabaseUrl}, and on the system database when
   * that was not set. There the writes of a transaction and its record are one commit, of one row.
   * It has the default settings of a datasource, is always the same, and is closed with this DBOS;
   * its own {@code close()} does nothing. In the body of a workflow use {@link
   * Workflow#applicationDatasource()}, which is there also while {@code launch()} is still
   * recovering.
   *
   * @throws dev.dbos.error.DbosClosedException when this is closed
   * @throws dev.dbos.error.DatabaseUnavailableException when it is on the system database, is used
   *     for the first time, and cannot be opened
   */
  public Datasource<Connection> applicationDatasource() {
    return application.datasource();
  }

  /**
   * Stops taking work, lets running workflows go on for a bounded time, leaves the rest PENDING for
   * the next launch, and closes what this opened. Datasources belong to whoever created them.
   * Closing again does nothing.
   */
  @Override
  public void close() {
    engine.close();
    application.close();
    engine.access().systemDatabase().close();
  }
}
