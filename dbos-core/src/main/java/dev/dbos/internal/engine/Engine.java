package dev.dbos.internal.engine;

import dev.dbos.datasource.Datasource;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.error.WorkflowNotRegisteredException;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StartRow.Assignment;
import dev.dbos.internal.context.WorkflowScope.SystemTables;
import dev.dbos.internal.engine.Takeover.ReadyRun;
import dev.dbos.internal.journal.Checkpoint;
import dev.dbos.internal.journal.Journal;
import dev.dbos.internal.operations.Enqueueing;
import dev.dbos.internal.operations.HealthCheck;
import dev.dbos.internal.operations.Outcomes;
import dev.dbos.internal.operations.StartRows;
import dev.dbos.internal.operations.StartRows.Call;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.outbox.Outboxes;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.DatabaseIdentity;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.internal.watch.Topic;
import dev.dbos.internal.watch.Watcher;
import dev.dbos.observe.Vitals;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowStatus;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows, keeps the runs of this process, and ends them in order.
 *
 * <p>States: open, then draining (nothing new begins; running workflows go on, sleeping and waiting
 * ones leave), then detached (whatever is left stops at its next operation and stays PENDING).
 */
public final class Engine implements AutoCloseable {
  private final EngineSettings settings;
  private final SystemDatabase systemDatabase;
  private final SystemTables systemTables;
  private final Journal journal;
  private final Map<String, Registration<?, ?>> registrations;
  private final OutputSweeper sweeper;
  private final Watcher watcher;
  private final SystemAccess access;
  private final Semaphore permits;
  private final Vitals vitals;
  private final HealthCheck health;
  private final StartRows startRows;
  private final Enqueueing enqueueing;
  private final Outboxes outboxes;
  private final Deadlines deadlines = new Deadlines(this);
  private final QueueWorkers queues = new QueueWorkers(this);
  private final Delays delays = new Delays(this);
  private final ScheduleLoop schedules = new ScheduleLoop(this);
  private final RunExecution execution = new RunExecution(this);
  private final ExecutorLease lease;
  private final Failover failover;
  private final EngineRuns runs = new EngineRuns(this);
  private volatile boolean draining;
  private volatile @Nullable Supplier<Datasource<Connection>> applicationDatasource;
  private volatile @Nullable RetentionLoop retention;

  /** An engine over a system database whose schema is ready. */
  public Engine(
      EngineSettings settings,
      SystemDatabase systemDatabase,
      Journal journal,
      Map<String, Registration<?, ?>> registrations,
      List<DurableTransactions> datasources) {
    this.settings = settings;
    this.systemDatabase = systemDatabase;
    this.journal = journal;
    this.registrations = Map.copyOf(registrations);
    this.sweeper =
        new OutputSweeper(
            systemDatabase, settings.clock(), keepingOutputs(datasources, systemDatabase));
    this.systemTables =
        new SystemTables(
            systemDatabase.database().identity(),
            systemDatabase.schema(),
            settings.applicationName());
    this.watcher = new Watcher(systemDatabase, runs, settings.listening());
    this.access =
        new SystemAccess(
            systemDatabase,
            settings.applicationName(),
            settings.codec(),
            settings.clock(),
            this::watcher,
            runs);
    this.lease = new ExecutorLease(this);
    this.failover = new Failover(this, lease);
    this.startRows = new StartRows(access);
    this.enqueueing = new Enqueueing(access);
    this.outboxes = Outboxes.ofRuntime(access, settings.applicationVersion(), datasources);
    this.permits = new Semaphore(settings.maxRunning(), true);
    List<Database> others = datasources.stream().map(DurableTransactions::database).toList();
    List<Database> databases = new ArrayList<>(List.of(systemDatabase.database()));
    databases.addAll(others);
    this.vitals =
        new EngineVitals(settings, runs.executing(), journal, List.copyOf(databases), outboxes);
    this.health =
        new HealthCheck(
            access,
            new HealthCheck.Subject(
                new HealthCheck.Unfinished(settings.executorId(), settings.applicationVersion()),
                vitals,
                others,
                outboxes.backlogs(),
                watcher::state,
                lease::health,
                this::troubles));
  }

  private List<String> troubles() {
    return schedules.isFailing()
        ? List.of("The schedules cannot be looked at, so their ticks are late; the log says why.")
        : List.of();
  }

  /** What is recorded in the system database itself leaves nothing to clean up. */
  private static List<DurableTransactions> keepingOutputs(
      List<DurableTransactions> datasources, SystemDatabase systemDatabase) {
    DatabaseIdentity system = systemDatabase.database().identity();
    return datasources.stream()
        .filter(datasource -> !datasource.database().identity().equals(system))
        .toList();
  }

  /** Lets workflows have the datasource that belongs to the runtime. */
  public void applicationDatasource(Supplier<Datasource<Connection>> datasource) {
    this.applicationDatasource = datasource;
  }

  /** Has finished workflows deleted, from its recovery on until it is closed. */
  public void retain(Retention wanted) {
    this.retention = new RetentionLoop(access, wanted);
  }

  Datasource<Connection> applicationDatasource() {
    return Objects.requireNonNull(applicationDatasource, "set before anything runs").get();
  }

  /** What it runs with. */
  public EngineSettings settings() {
    return settings;
  }

  /** The system database, as operations use it. */
  public SystemAccess access() {
    return access;
  }

  /** Finds out how it is doing. */
  public HealthCheck health() {
    return health;
  }

  /** What transactions ask of its system database. */
  public Outboxes outboxes() {
    return outboxes;
  }

  SystemDatabase systemDatabase() {
    return systemDatabase;
  }

  Journal journal() {
    return journal;
  }

  SystemTables systemTables() {
    return systemTables;
  }

  Semaphore permits() {
    return permits;
  }

  Watcher watcher() {
    return watcher;
  }

  /** The names of the registered workflows. */
  Set<String> workflowNames() {
    return registrations.keySet();
  }

  /** Has a run that does not decide how its workflow ends told what is recorded. */
  void forward(Run run) {
    new Outcomes(access).forward(run.workflowId(), run.outcome());
  }

  /** The end of a workflow is durable. */
  void ended(Run run) {
    Topic workflow = Topic.workflow(run.workflowId());
    if (run.counted()) {
      watcher.changed(workflow);
    } else {
      // Whoever waits for it is, nearly always, the caller on whose thread it ran.
      watcher.changedHere(workflow);
    }
  }

  /**
   * The registration under a name.
   *
   * @throws WorkflowNotRegisteredException when there is none
   */
  Registration<?, ?> registration(String workflowName) {
    Registration<?, ?> found = registrations.get(workflowName);
    if (found == null) {
      throw new WorkflowNotRegisteredException(
          "Workflow "
              + workflowName
              + " is not registered. Add .workflow(definition, body) to the builder before"
              + " launch(); registered are "
              + registrations.keySet()
              + ".",
          workflowName);
    }
    return found;
  }

  /** Starts a workflow on a thread of its own, or puts it into its queue. */
  public <I, O> StoredHandle<O> start(
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
  public <I, O extends @Nullable Object> O run(
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
    checkOpen();
    return handle(
        definition,
        enqueueing.enqueue(
            operation, Call.of(definition, input), options, settings.applicationVersion()));
  }

  <I, O> StoredHandle<O> handle(WorkflowDefinition<I, O> definition, String workflowId) {
    return new StoredHandle<>(access, workflowId, definition.outputType());
  }

  /** The row of a workflow that is to begin, started by {@code parent} or null. */
  <I, O> StartRow newRow(
      WorkflowDefinition<I, O> definition,
      @Nullable I input,
      StartOptions options,
      @Nullable Run parent) {
    checkOpen();
    if (parent == null) {
      lease.await();
      checkOpen();
    }
    registration(definition.name());
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
    journal.write(start);
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
    return Optional.of(register(new Run(this, identity, counted, null)));
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
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    for (int attempt = 1; ; attempt++) {
      try {
        return systemDatabase.read(query);
      } catch (DataAccessException | DatabaseUnavailableException failure) {
        if (!SqlFailure.of(failure).isRetryable()) {
          throw failure;
        }
        checkOpen();
        journal.pause(outages.after(attempt));
      }
    }
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

  /** A run of a workflow that earlier runs, or its original, have recorded steps for. */
  Run resumed(Run.Identity identity, Map<Integer, RecordedStep> earlier) {
    return new Run(this, identity, true, earlier);
  }

  /** Lets a workflow go on, once a place is free. */
  void continueOnOwnThread(ReadyRun ready) {
    execution.onOwnThread(register(ready.run()), ready.workflow().input());
  }

  /** Lets a workflow go on in a place that was taken for it. */
  void continueInPlace(ReadyRun ready) {
    execution.onOwnThreadInPlace(register(ready.run()), ready.workflow().input());
  }

  private Run register(Run run) {
    runs.add(run);
    watcher.runBegan();
    deadlines.watch(run);
    return run;
  }

  Deadlines deadlines() {
    return deadlines;
  }

  /** What takes work out of queues. */
  QueueWorkers queues() {
    return queues;
  }

  Delays delays() {
    return delays;
  }

  /** Takes work only out of these queues, and the internal one; before it recovers. */
  public void listenTo(Set<String> queueNames) {
    queues.listenTo(queueNames);
  }

  ScheduleLoop schedules() {
    return schedules;
  }

  /** What says that this executor is alive. */
  ExecutorLease lease() {
    return lease;
  }

  Failover failover() {
    return failover;
  }

  /** Workflows of a dead executor wait in these queues again. */
  void requeued(List<String> queueNames) {
    queueNames.stream().distinct().forEach(runs::enqueued);
  }

  OutputSweeper sweeper() {
    return sweeper;
  }

  /** The runs of this process. */
  EngineRuns runs() {
    return runs;
  }

  void executeChild(Run run, Payload input) {
    execution.onOwnThread(run, input);
  }

  /** Forgets a run; before its outcome is written, so that a resume meanwhile is not lost. */
  void release(Run run) {
    runs.release(run);
    deadlines.forget(run);
  }

  /** This process has nothing more to do with a run. */
  void left(Run run) {
    runs.remove(run);
    run.left().complete(null);
  }

  /**
   * A run is about to wait, giving up its place among the running.
   *
   * @return whether it must not, since this engine is closing
   */
  boolean beginIdle(Run run) {
    runs.idle().add(run);
    if (run.leavePlace()) {
      permits.release();
    }
    return draining;
  }

  /**
   * A run has waited, and takes a place among the running again, unless it only leaves: then it
   * must not wait for those that hold all places.
   */
  void endIdle(Run run) {
    runs.idle().remove(run);
    if (run.counted() && run.stopped().isEmpty()) {
      permits.acquireUninterruptibly();
      if (!run.takePlace()) {
        permits.release();
      }
    }
  }

  /**
   * Refuses to begin anything once closing.
   *
   * @throws DbosClosedException when closing or closed
   */
  void checkOpen() {
    if (draining) {
      throw new DbosClosedException(
          "This DBOS has been closed; nothing can be started. Workflows that had not ended stay"
              + " PENDING and go on at the next launch.");
    }
  }

  /** Whether it begins nothing any more. */
  boolean isClosing() {
    return draining;
  }

  /**
   * Recovers what an earlier process with the same executor id left unfinished, and begins to take
   * work out of queues and to fire schedules.
   */
  public void recover() {
    settings.observers().launched(vitals);
    lease.take();
    lease.start();
    sweeper.start();
    outboxes.start();
    new Recovery(this).run();
    failover.start();
    queues.start();
    delays.start();
    schedules.start();
    RetentionLoop loop = retention;
    if (loop != null) {
      loop.start();
    }
  }

  @Override
  public void close() {
    boolean again = draining;
    draining = true;
    schedules.close();
    failover.close();
    delays.close();
    queues.close();
    RetentionLoop loop = retention;
    if (loop != null) {
      loop.close();
    }
    new EngineClose(this, runs.executing(), runs.idle()).run();
    lease.close();
    deadlines.close();
    outboxes.close();
    sweeper.close();
    if (!again) {
      settings.observers().closed(vitals);
    }
  }
}
