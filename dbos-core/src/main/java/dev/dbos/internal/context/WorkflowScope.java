package dev.dbos.internal.context;

import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.DatabaseIdentity;
import dev.dbos.serialization.Payload;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * One run of a workflow, as its steps and transactions see it. All methods throw {@link RunStopped}
 * once the run must not go on.
 */
public interface WorkflowScope {
  /** The workflow's id. */
  String workflowId();

  /** Which life of the id this is: the creation time of its row, epoch ms. */
  long incarnation();

  /** Marks what this run writes; differs from every other run of the workflow. */
  String runToken();

  /**
   * Whether an earlier run may have left results, in the system database or in a datasource. False
   * for a run whose row was inserted by itself: there is nothing to look for.
   */
  boolean resumed();

  /** Takes the next step's position. */
  int takeStepId();

  /**
   * The recorded result of a step.
   *
   * @throws dev.dbos.error.UnexpectedStepException when another name is recorded there
   */
  Optional<Payload> recorded(int stepId, String name);

  /** Records a step and waits until that is durable; returns the result that counts. */
  Payload record(StepRecord record);

  /**
   * Records a step whose truth is durable elsewhere already, without waiting. It is in the system
   * database before anything that this run records and waits for afterwards.
   *
   * @param whenDurable runs once the system database holds it
   */
  void recordLater(StepRecord record, Runnable whenDurable);

  /**
   * Records a step in one transaction with what {@code effects} writes, so that both are durable or
   * neither is. The transaction is fenced: when this run does not own its workflow any more nothing
   * is written, and the run stops. When the step is recorded already nothing is written either.
   *
   * @param effects writes through the given context, perhaps several times before one of them
   *     counts, and returns the step's result; what it throws rolls everything back
   * @return the result that counts
   */
  Payload recordWith(int stepId, String name, Function<DSLContext, Payload> effects);

  /** Like {@link #recordWith}, for a step that may start a workflow. */
  StepEffect recordStart(int stepId, String name, Function<DSLContext, StepEffect> effects);

  /** What a step recorded that may have started a workflow, as {@link #recorded} otherwise. */
  Optional<StepEffect> recordedStart(int stepId, String name);

  /** What the workflow hands down to those it starts. */
  Inheritance inheritance();

  /** Returns when this run may go on. */
  void checkRunning();

  /** Whether the DBOS that runs it is closing. */
  boolean closing();

  /**
   * Makes the run stop here, to go on at the next launch, even if the body swallows what this
   * returns to be thrown.
   */
  RunStopped leave();

  /** Like {@link #checkRunning()}, but asks the clock and the system database. */
  void checkOwnership();

  /**
   * Has {@code action} run on a thread of its own when the run is cancelled or replaced, now if it
   * has been. Not when this DBOS closes: then what is under way may end.
   *
   * @return ends the watch; the action may still be under way then
   */
  Watch whenStopped(Runnable action);

  /**
   * Has {@code action} run on a thread of its own when a transaction in the system database keeps
   * out a change to the workflow; now if it does.
   */
  Watch whenInTheWay(Runnable action);

  /** Like {@link #checkRunning()}, but waits for a change to the workflow that is being made. */
  void checkRunningAndNotInTheWay();

  /** Waits, or stops waiting when the run must not go on. */
  void pause(Duration duration);

  /**
   * Waits for {@code future}, if there is one, or until the run must stop, without counting as
   * running and with everything durable that was recorded so far.
   *
   * @param timeout how long at most, or null for no limit
   * @return false when the timeout came first
   */
  boolean idleUntil(@Nullable CompletableFuture<?> future, @Nullable Duration timeout);

  /**
   * Like {@link #idleUntil(CompletableFuture, Duration)}, until the run's clock says {@code until}.
   */
  boolean idleUntil(@Nullable CompletableFuture<?> future, Instant until);

  /** Whether this run's steps are recorded in the system tables of {@code database}. */
  boolean recordsIn(Database database, String schema);

  /** What transactions of this run ask of its system database. */
  OutboxHost outbox();

  /** Runs {@code body} on a thread of its own; the workflow does not end before it. */
  <R extends @Nullable Object> CompletableFuture<R> async(Ambient.Body<R, Exception> body);

  /** Where and how the system database keeps steps. */
  SystemTables systemTables();

  /** What results are written with. */
  StepCodec codec();

  /** Who is told what its steps do. */
  Observers observers();

  /** What time it is. */
  InstantSource clock();

  /** Waits for a stop until it is closed. */
  @FunctionalInterface
  interface Watch extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Where the system tables are.
   *
   * @param database the physical database
   * @param schema the schema, not used on SQLite
   * @param applicationName the owner written into rows
   */
  record SystemTables(DatabaseIdentity database, String schema, String applicationName) {}
}
