package dev.dbos.internal.engine;

import dev.dbos.datasource.Datasource;
import dev.dbos.error.DbosClosedException;
import dev.dbos.error.WorkflowNotRegisteredException;
import dev.dbos.internal.context.WorkflowScope.SystemTables;
import dev.dbos.internal.engine.Takeover.ReadyRun;
import dev.dbos.internal.journal.Journal;
import dev.dbos.internal.operations.HealthCheck;
import dev.dbos.internal.operations.Outcomes;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.outbox.Outboxes;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.internal.watch.Topic;
import dev.dbos.internal.watch.Watcher;
import dev.dbos.observe.Vitals;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Starts workflows, keeps the runs of this process, and ends them in order.
 *
 * <p>States: open, then draining (nothing new begins; running workflows go on, sleeping and waiting
 * ones leave), then detached (whatever is left stops at its next operation and stays PENDING).
 */
public final class Engine implements AutoCloseable {
  private static final Duration TIME_TO_LEAVE = Duration.ofSeconds(2);

  private final EngineSettings settings;
  private final SystemDatabase systemDatabase;
  private final SystemTables systemTables;
  private final Journal journal;
  private final Map<String, Registration<?, ?>> registrations;
  private final Watcher watcher;
  private final SystemAccess access;
  private final Semaphore permits;
  private final Vitals vitals;
  private final HealthCheck health;
  private final Outboxes outboxes;
  private final RunExecution execution = new RunExecution(this);
  private final Starts starts;
  private final BackgroundWork background;
  private final EngineRuns runs = new EngineRuns(this);
  private volatile boolean draining;
  private volatile @Nullable Supplier<Datasource<Connection>> applicationDatasource;

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
    this.starts = new Starts(this, execution);
    this.background = new BackgroundWork(this, datasources);
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
                background.lease()::health,
                background::troubles));
  }

  /** Lets workflows have the datasource that belongs to the runtime. */
  public void applicationDatasource(Supplier<Datasource<Connection>> datasource) {
    this.applicationDatasource = datasource;
  }

  /** Has finished workflows deleted, from its recovery on until it is closed. */
  public void retain(Retention wanted) {
    background.retain(wanted);
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

  /**
   * A run has been stopped because its workflow was cancelled or is another run's. It may be in the
   * middle of something long: whoever waits for the workflow here waits for that only briefly.
   */
  void expectToLeave(Run run) {
    Thread.ofVirtual()
        .name("dbos stopped " + run.workflowId())
        .start(
            () -> {
              if (!run.endsWithin(TIME_TO_LEAVE)) {
                release(run);
                forward(run);
              }
            });
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
    return starts.start(definition, input, options);
  }

  /** Runs a workflow on this thread, or waits for it when it runs already. */
  public <I, O extends @Nullable Object> O run(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    return starts.run(definition, input, options);
  }

  /** How workflows come to run. */
  Starts starts() {
    return starts;
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

  /** Keeps a run from here on until it is left. */
  Run register(Run run) {
    runs.add(run);
    watcher.runBegan();
    deadlines().watch(run);
    return run;
  }

  /** What goes on besides the runs. */
  BackgroundWork background() {
    return background;
  }

  Deadlines deadlines() {
    return background.deadlines();
  }

  /** What says that this executor is alive. */
  ExecutorLease lease() {
    return background.lease();
  }

  /** Takes work only out of these queues, and the internal one; before it recovers. */
  public void listenTo(Set<String> queueNames) {
    background.queues().listenTo(queueNames);
  }

  /** Workflows of a dead executor wait in these queues again. */
  void requeued(List<String> queueNames) {
    queueNames.stream().distinct().forEach(runs::enqueued);
  }

  /** The runs of this process. */
  EngineRuns runs() {
    return runs;
  }

  /** Forgets a run; before its outcome is written, so that a resume meanwhile is not lost. */
  void release(Run run) {
    runs.release(run);
    deadlines().forget(run);
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
    background.start();
  }

  @Override
  public void close() {
    boolean again = draining;
    draining = true;
    background.stopBeginning();
    new EngineClose(this, runs.executing(), runs.idle()).run();
    background.close();
    if (!again) {
      settings.observers().closed(vitals);
    }
  }
}
