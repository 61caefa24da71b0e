package dev.dbos.internal.engine;

import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.Inheritance;
import dev.dbos.internal.context.Observed;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.context.OutboxHost;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.RunStopped.Reason;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepEffect;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.operations.Outcome;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Outages;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.watch.Topic;
import dev.dbos.internal.watch.WatchedRun;
import dev.dbos.observe.Operation;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workflow in this process: its place in the sequence of steps, what earlier runs
 * recorded, and whether it may go on.
 *
 * <p>A run owns its workflow as long as its token is the one in the workflow's row. Recovery writes
 * a new token, so an earlier run that is still alive somewhere learns from its next checkpoint that
 * it has been replaced, and stops.
 */
final class Run implements WorkflowScope, WatchedRun {
  /** What a run is made from. */
  record Identity(
      String workflowId,
      String workflowName,
      long incarnation,
      String runToken,
      Inheritance inheritance) {}

  private final Engine engine;
  private final Identity identity;
  private final boolean resumed;
  private final RunSteps steps;
  private final AsyncOperations asyncOperations;
  private final StopSignal stop;
  private final RunWaits waits;
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();
  private final CompletableFuture<@Nullable Void> left = new CompletableFuture<>();
  private final boolean counted;
  private final AtomicBoolean inPlace = new AtomicBoolean();
  private final Observed observed;

  /**
   * Begins a run.
   *
   * @param earlier what earlier runs recorded, or null when there was none
   */
  Run(
      Engine engine,
      Identity identity,
      boolean counted,
      @Nullable Map<Integer, RecordedStep> earlier) {
    this.engine = engine;
    this.identity = identity;
    this.stop = new StopSignal(identity.workflowId());
    this.waits = new RunWaits(this, engine, stop);
    this.asyncOperations = new AsyncOperations(identity.workflowId());
    this.counted = counted;
    this.resumed = earlier != null;
    this.steps = new RunSteps(this, engine, earlier == null ? Map.of() : earlier);
    Observers observers = engine.settings().observers();
    this.observed =
        observers.isEmpty()
            ? Observed.NOBODY
            : observers.asked(
                new Operation.Workflow(identity.workflowId(), identity.workflowName(), resumed));
  }

  /**
   * Whether it takes one of the places of running workflows; one on its caller's thread does not.
   */
  boolean counted() {
    return counted;
  }

  /** It takes its place among the running; false when it has one. */
  boolean takePlace() {
    return inPlace.compareAndSet(false, true);
  }

  /** It gives its place up; false when it has none. */
  boolean leavePlace() {
    return inPlace.getAndSet(false);
  }

  Engine engine() {
    return engine;
  }

  @Override
  public Inheritance inheritance() {
    return identity.inheritance();
  }

  @Override
  public OutboxHost outbox() {
    return engine.outboxes();
  }

  /** Cancels the workflow because it is past its deadline. */
  void expire() {
    long now = clock().millis();
    List<String> ids = List.of(workflowId());
    List<String> cancelled =
        patiently(database -> database.write(dsl -> ControlStore.expire(dsl, ids, now)));
    stop(cancelled.isEmpty() ? Reason.NOT_OWNER : Reason.CANCELLED);
    engine.watcher().changed(Topic.workflow(workflowId()));
  }

  /** Completes when the workflow has ended, here or elsewhere, or exceptionally when we left it. */
  CompletableFuture<Outcome> outcome() {
    return outcome;
  }

  /** Whether {@link #outcome} completes in time. */
  boolean endsWithin(Duration timeout) {
    return outcome
        .handle((told, failure) -> true)
        .completeOnTimeout(false, timeout.toNanos(), TimeUnit.NANOSECONDS)
        .join();
  }

  /** Completes when this process has nothing more to do with the run. */
  CompletableFuture<@Nullable Void> left() {
    return left;
  }

  @Override
  public String workflowId() {
    return identity.workflowId();
  }

  String workflowName() {
    return identity.workflowName();
  }

  @Override
  public long incarnation() {
    return identity.incarnation();
  }

  @Override
  public String runToken() {
    return identity.runToken();
  }

  @Override
  public boolean resumed() {
    return resumed;
  }

  /** Its steps. */
  RunSteps steps() {
    return steps;
  }

  @Override
  public int takeStepId() {
    return steps.take();
  }

  @Override
  public Optional<Payload> recorded(int stepId, String name) {
    return steps.recorded(stepId, name).map(RecordedStep::payload);
  }

  @Override
  public Payload record(StepRecord record) {
    return steps.record(record);
  }

  @Override
  public Payload recordWith(int stepId, String name, Function<DSLContext, Payload> effects) {
    return steps.recordWith(stepId, name, effects);
  }

  @Override
  public StepEffect recordStart(int stepId, String name, Function<DSLContext, StepEffect> effects) {
    RecordedStep step = steps.recordStart(stepId, name, effects);
    return new StepEffect(step.payload(), step.childId());
  }

  @Override
  public Optional<StepEffect> recordedStart(int stepId, String name) {
    return steps.recorded(stepId, name).map(step -> new StepEffect(step.payload(), step.childId()));
  }

  @Override
  public void recordLater(StepRecord record, Runnable whenDurable) {
    steps.recordLater(record, whenDurable);
  }

  @Override
  public void noticed(@Nullable Standing standing) {
    notice(standing);
  }

  /** Draws the conclusion from how the workflow's row stood, or null when it has none. */
  void notice(@Nullable Standing standing) {
    if (standing == null || !Objects.equals(standing.owner(), runToken())) {
      stop(Reason.NOT_OWNER);
    } else if (standing.state().equals(WorkflowState.CANCELLED.name())) {
      stop(Reason.CANCELLED);
    } else if (!standing.state().equals(WorkflowState.PENDING.name())) {
      stop(Reason.NOT_OWNER);
    }
  }

  /**
   * Makes the run stop at its next operation, and ends its pauses and, unless it is because of a
   * close, its statements now. Does not block.
   */
  void stop(Reason reason) {
    if (stop.stop(reason) && reason != Reason.CLOSING) {
      engine.expectToLeave(this);
    }
  }

  /** Why the run stops, or empty while it may go on. */
  Optional<Reason> stopped() {
    return stop.reason();
  }

  @Override
  public void checkRunning() {
    stop.check();
  }

  @Override
  public Watch whenStopped(Runnable action) {
    return stop.whenStopped(action);
  }

  @Override
  public Watch whenInTheWay(Runnable action) {
    return stop.whenInTheWay(action);
  }

  @Override
  public void checkRunningAndNotInTheWay() {
    try {
      stop.awaitNoWay();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw leave();
    }
    checkRunning();
  }

  /** Has transactions in the system database make way until {@link #closeWay}. */
  void openWay() {
    stop.openWay();
  }

  void closeWay() {
    stop.closeWay();
  }

  @Override
  public boolean closing() {
    return engine.isClosing();
  }

  @Override
  public RunStopped leave() {
    stop(Reason.CLOSING);
    return new RunStopped(workflowId(), stop.reason().orElse(Reason.CLOSING));
  }

  @Override
  public void checkOwnership() {
    engine.deadlines().refuseExpired(this);
    Optional<String> owner = readPatiently(dsl -> WorkflowStore.pendingOwner(dsl, workflowId()));
    if (!owner.equals(Optional.of(runToken()))) {
      stop(Reason.NOT_OWNER);
    }
    checkRunning();
  }

  /** Reads the system database, waiting for it when it is away. */
  <R> R readPatiently(Function<DSLContext, R> query) {
    return patiently(database -> database.read(query));
  }

  /** Uses the system database, waiting for it when it is away. */
  <R> R patiently(Function<SystemDatabase, R> use) {
    return Outages.outlast(
        () -> use.apply(engine.systemDatabase()),
        duration -> {
          pause(duration);
          return true;
        });
  }

  /** Begins nothing while this executor may count as dead. */
  void awaitLease() {
    waits.awaitLease();
  }

  @Override
  public void pause(Duration duration) {
    waits.pause(duration);
  }

  @Override
  public boolean idleUntil(@Nullable CompletableFuture<?> future, @Nullable Duration timeout) {
    return waits.idleUntil(future, timeout);
  }

  @Override
  public boolean idleUntil(@Nullable CompletableFuture<?> future, Instant until) {
    return waits.idleUntil(future, until);
  }

  @Override
  public <R extends @Nullable Object> CompletableFuture<R> async(Ambient.Body<R, Exception> body) {
    return asyncOperations.start(body);
  }

  /** Waits for what {@link #async} started. */
  void joinAsync() {
    asyncOperations.join();
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same database, not an equal one
  public boolean recordsIn(Database database, String schema) {
    return database == engine.systemDatabase().database()
        || (database.identity().equals(systemTables().database())
            && schema.equals(systemTables().schema()));
  }

  @Override
  public SystemTables systemTables() {
    return engine.systemTables();
  }

  @Override
  public StepCodec codec() {
    return engine.settings().codec();
  }

  @Override
  public Observers observers() {
    return engine.settings().observers();
  }

  /** Who follows it. */
  Observed observed() {
    return observed;
  }

  @Override
  public InstantSource clock() {
    return engine.settings().clock();
  }
}
