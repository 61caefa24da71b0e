package dev.dbos.internal.engine;

import dev.dbos.error.WorkflowConflictException;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StartRow.Assignment;
import dev.dbos.internal.journal.Checkpoint;
import dev.dbos.internal.operations.Enqueueing;
import dev.dbos.internal.operations.StartRows;
import dev.dbos.internal.operations.StartRows.Call;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.sql.Outages;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowStatus;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** How workflows come to run here: their rows, then their runs. */
final class Starts {
  private final Engine engine;
  private final RunExecution execution;
  private final StartRows startRows;
  private final Enqueueing enqueueing;

  Starts(Engine engine, RunExecution execution) {
    this.engine = engine;
    this.execution = execution;
    this.startRows = new StartRows(engine.access());
    this.enqueueing = new Enqueueing(engine.access());
  }

  /** Starts a workflow on a thread of its own, or puts it into its queue. */
  <I, O> StoredHandle<O> start(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    if (options.queue().isPresent()) {
      return enqueue("DBOS.start", definition, input, options);
    }
    StartRow row = newRow(definition, input, options, null);
    begin(row, Checkpoint.of(row), true)
        .ifPresent(mine -> execution.onOwnThread(mine, row.input()));
    return handle(definition, row.workflowId());
  }

  /** Runs a workflow on this thread, or waits for it when it runs already. */
  <I, O extends @Nullable Object> O run(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    if (options.queue().isPresent()) {
      return this.<I, O>enqueue("DBOS.run", definition, input, options).result();
    }
    StartRow row = newRow(definition, input, options, null);
    Optional<Run> run = begin(row, Checkpoint.of(row), false);
    run.ifPresent(mine -> execution.here(mine, row.input()));
    StoredHandle<O> handle = handle(definition, row.workflowId());
    return run.isPresent() ? handle.resultOf(run.get().outcome()) : handle.result();
  }

  /** Puts a workflow into its queue; it need not be registered here. */
  <I, O> StoredHandle<O> enqueue(
      String operation,
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options) {
    engine.checkOpen();
    return handle(
        definition,
        enqueueing.enqueue(
            operation,
            Call.of(definition, input),
            options,
            engine.settings().applicationVersion()));
  }

  <I, O> StoredHandle<O> handle(WorkflowDefinition<I, O> definition, String workflowId) {
    return new StoredHandle<>(engine.access(), workflowId, definition.outputType());
  }

  /** The row of a workflow that is to begin, started by {@code parent} or null. */
  <I, O> StartRow newRow(
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options,
      @Nullable Run parent) {
    engine.checkOpen();
    if (parent == null) {
      engine.lease().await();
      engine.checkOpen();
    }
    engine.registration(definition.name());
    EngineSettings settings = engine.settings();
    return startRows.here(
        Call.of(definition, input),
        options,
        new Assignment(
            settings.executorId(),
            settings.applicationVersion(),
            settings.applicationName(),
            UUID.randomUUID().toString()),
        parent);
  }

  /**
   * Writes the start of a workflow; returns its run when it is this process's to execute.
   *
   * @throws WorkflowConflictException when the id belongs to a workflow of another name
   */
  Optional<Run> begin(StartRow row, Checkpoint start, boolean counted) {
    engine.journal().write(start);
    if (!start.startInserted() && !isOurLostStart(row)) {
      return Optional.empty();
    }
    Run.Identity identity =
        new Run.Identity(
            row.workflowId(),
            row.name(),
            row.createdAtMillis(),
            row.assignment().runToken(),
            row.terms().own());
    return Optional.of(engine.register(new Run(engine, identity, counted, null)));
  }

  private boolean isOurLostStart(StartRow row) {
    WorkflowStatus existing =
        readPatiently(dsl -> WorkflowStore.find(dsl, row.workflowId()))
            .orElseThrow(
                () ->
                    new WorkflowConflictException(
                        "Workflow " + row.workflowId() + " was deleted while it was started.",
                        row.workflowId()));
    requireName(existing, row.name());
    return readPatiently(dsl -> WorkflowStore.owner(dsl, row.workflowId()))
        .equals(Optional.of(row.assignment().runToken()));
  }

  /** Waits for a database that is away: a row that may be ours has to be run by somebody. */
  private <R> R readPatiently(Function<DSLContext, R> query) {
    return Outages.outlast(
        () -> engine.systemDatabase().read(query),
        pause -> {
          engine.checkOpen();
          engine.journal().pause(pause);
          return true;
        });
  }

  /** Refuses a child's id as its first start did, which left its mark before it was refused. */
  void requireName(String workflowId, String name) {
    readPatiently(dsl -> WorkflowStore.find(dsl, workflowId))
        .ifPresent(existing -> requireName(existing, name));
  }

  private static void requireName(WorkflowStatus existing, String name) {
    if (!existing.name().equals(name)) {
      throw new WorkflowConflictException(
          "Workflow id "
              + existing.id()
              + " belongs to a workflow named "
              + existing.name()
              + "; it cannot be started as "
              + name
              + ". Choose another id.",
          existing.id());
    }
  }

  /** Executes a child on a thread of its own. */
  void execute(Run child, Payload input) {
    execution.onOwnThread(child, input);
  }
}
