package dev.dbos;

import dev.dbos.datasource.Datasource;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.engine.Engine;
import dev.dbos.internal.engine.EngineHandle;
import dev.dbos.internal.engine.WorkflowOperations;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Runs workflows that survive crashes, on a system database.
 *
 * <p>{@link DbosBuilder#launch()} is the only way to one, after everything is registered.
 * Thread-safe; usually one for each process, closed when the program ends.
 */
public final class DBOS implements AutoCloseable {
  private final Engine engine;
  private final Database database;
  private final ApplicationDatabase application;

  DBOS(Engine engine, Database database, ApplicationDatabase application) {
    this.engine = engine;
    this.database = database;
    this.application = application;
  }

  /**
   * Begins to configure one.
   *
   * @param applicationName 3 to 30 lower-case letters, digits, dashes and underscores; it owns the
   *     workflows and names the default system database
   * @throws dev.dbos.error.ConfigurationException when the name is not like that
   */
  public static DbosBuilder builder(String applicationName) {
    return new DbosBuilder(applicationName);
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
   * runs on a virtual thread. Starting an id again returns a handle on the same run.
   *
   * @throws dev.dbos.error.WorkflowConflictException when the id belongs to another workflow
   * @throws dev.dbos.error.WorkflowNotRegisteredException when it was not registered
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
   * A handle on a workflow started earlier, here or elsewhere.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public <O extends @Nullable Object> WorkflowHandle<O> retrieve(
      String workflowId, Class<O> outputType) {
    return handle(workflowId, outputType);
  }

  /**
   * A handle on a workflow with a generic output.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public <O extends @Nullable Object> WorkflowHandle<O> retrieve(
      String workflowId, TypeRef<O> outputType) {
    return handle(workflowId, outputType.type());
  }

  private <O extends @Nullable Object> WorkflowHandle<O> handle(
      String workflowId, Type outputType) {
    EngineHandle<O> handle = new EngineHandle<>(engine, workflowId, outputType);
    handle.status();
    return handle;
  }

  /** How a workflow stands, or empty when there is none with this id. */
  public Optional<WorkflowStatus> status(String workflowId) {
    return engine.systemDatabase().read(dsl -> WorkflowStore.find(dsl, workflowId));
  }

  /** The workflows that {@code query} asks for, oldest first. */
  public List<WorkflowStatus> list(WorkflowQuery query) {
    return engine
        .systemDatabase()
        .read(dsl -> WorkflowStore.list(dsl, query, engine.settings().applicationName()));
  }

  /**
   * The recorded steps of a workflow, transactions and child workflows included, in the order in
   * which they were begun. One that ended a moment ago in a datasource may be missing yet.
   */
  public List<StepStatus> steps(String workflowId) {
    return engine.systemDatabase().read(dsl -> StepStore.list(dsl, workflowId));
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
    database.close();
  }
}
