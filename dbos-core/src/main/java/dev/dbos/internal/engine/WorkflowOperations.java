package dev.dbos.internal.engine;

import dev.dbos.datasource.Datasource;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.journal.Checkpoint;
import dev.dbos.internal.operations.Mailbox;
import dev.dbos.internal.operations.Patience;
import dev.dbos.internal.operations.Recorded;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What the body of a workflow asks of its run, beyond plain steps and transactions. */
public final class WorkflowOperations {
  private static final String PATCH = "DBOS.patch-";

  private WorkflowOperations() {}

  /**
   * The run whose body this thread is in.
   *
   * @throws IllegalStateException when it is in none, or in a step or transaction
   */
  public static RunningWorkflow current(String operation) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> new RunningWorkflow((Run) workflow.scope());
      case Ambient.InStep step ->
          throw new IllegalStateException(
              operation
                  + " was called inside step \""
                  + step.stepName()
                  + "\" of workflow "
                  + step.scope().workflowId()
                  + ". Call it from the workflow's body, between steps.");
      case Ambient.InTransaction transaction ->
          throw new IllegalStateException(
              operation
                  + " was called inside transaction \""
                  + transaction.transactionName()
                  + "\" of datasource "
                  + transaction.datasourceName()
                  + ". Call it before or after the transaction.");
      case null ->
          throw new IllegalStateException(
              operation + " works only inside a workflow; this thread is not running one.");
    };
  }

  /**
   * The system database of the workflow whose body or step this thread is in.
   *
   * @throws IllegalStateException when it is in neither
   */
  public static SystemAccess access(String operation) {
    return Ambient.current() instanceof Ambient.InStep step
        ? ((Run) step.scope()).engine().access()
        : current(operation).run.engine().access();
  }

  /**
   * The id of the workflow this thread is in, at whatever depth.
   *
   * @throws IllegalStateException when it is in none
   */
  public static String workflowId() {
    return scope("Workflow.id").workflowId();
  }

  /**
   * The datasource that belongs to the runtime of the workflow this thread is in. It may have to be
   * opened, which waits for the database when it is away.
   *
   * @throws IllegalStateException when it is in none
   */
  public static Datasource<Connection> applicationDatasource() {
    Run run = (Run) scope("Workflow.applicationDatasource");
    // It is opened by its first use, when its database may be away like any other.
    return Recorded.patiently(run, () -> run.engine().applicationDatasource());
  }

  private static WorkflowScope scope(String operation) {
    for (Ambient ambient = Ambient.current(); ambient != null; ) {
      switch (ambient) {
        case Ambient.InWorkflow workflow -> {
          return workflow.scope();
        }
        case Ambient.InStep step -> {
          return step.scope();
        }
        case Ambient.InTransaction transaction -> ambient = transaction.outer();
      }
    }
    throw new IllegalStateException(
        operation + " works only inside a workflow; this thread is not running one.");
  }

  /** The operations of one running workflow. */
  public static final class RunningWorkflow {
    private final Run run;

    RunningWorkflow(Run run) {
      this.run = run;
    }

    /** What time it is, to the millisecond. */
    public Instant time() {
      return Instant.ofEpochMilli(run.clock().millis());
    }

    /** Sleeps to a moment that is recorded first, so that a restart does not begin anew. */
    public void sleep(Duration duration) {
      if (duration.isNegative() || duration.isZero()) {
        return;
      }
      long wakeAt = Patience.wakeAtMillis(run, run.takeStepId(), duration);
      run.idleUntil(null, Instant.ofEpochMilli(wakeAt));
    }

    /** Receives a message. */
    public <T> Optional<T> receive(@Nullable String topic, Type type, Duration timeout) {
      return new Mailbox(run.engine().access(), run, topic).receive(type, timeout);
    }

    /** A value that is made once and recorded, in portable JSON. */
    public Object recorded(String name, Type type, Supplier<?> source) {
      return Objects.requireNonNull(Recorded.<Object>inWorkflow(run, name, type, source::get));
    }

    /**
     * Whether this run goes the new way at this place. It does when nothing is recorded here, which
     * it then records, or when an earlier run did that. A step of the code before the patch says
     * no, and so does one of a later place: then the step that belongs here was begun, too, and has
     * not ended.
     */
    public boolean patch(String name) {
      String marker = PATCH + name;
      return switch (run.steps().marker(marker)) {
        case OTHER -> false;
        case SAME -> {
          run.takeStepId();
          yield true;
        }
        case NONE -> {
          long now = run.clock().millis();
          run.record(new StepRecord(run.takeStepId(), marker, Payload.NOTHING, null, now, now));
          yield true;
        }
      };
    }

    /** Passes over the mark that {@link #patch} left, if there is one. */
    public void deprecatePatch(String name) {
      if (run.steps().marker(PATCH + name) == RunSteps.Marker.SAME) {
        run.takeStepId();
      }
    }

    /** Starts a child, or puts it into its queue; its row and our step commit together. */
    public <I, O> WorkflowHandle<O> start(
        WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
      Engine engine = run.engine();
      if (options.queue().isPresent()) {
        return engine.starts().enqueue("Workflow.start", definition, input, options);
      }
      int stepId = run.takeStepId();
      Optional<RecordedStep> earlier = run.steps().recorded(stepId, definition.name());
      if (earlier.isPresent() && earlier.get().childId() != null) {
        engine.starts().requireName(earlier.get().childId(), definition.name());
        return engine.starts().handle(definition, earlier.get().childId());
      }
      if (engine.isClosing()) {
        throw run.leave();
      }
      String childId = options.id().orElseGet(() -> run.workflowId() + "-" + stepId);
      StartRow child = engine.starts().newRow(definition, input, options.withId(childId), run);
      StepRecord step =
          new StepRecord(
              stepId,
              definition.name(),
              Payload.NOTHING,
              childId,
              child.createdAtMillis(),
              run.clock().millis());
      Checkpoint both = Checkpoint.of(child, run.steps().row(step));
      Optional<Run> started = engine.starts().begin(child, both, true);
      started.ifPresent(mine -> engine.starts().execute(mine, child.input()));
      run.steps().settled(both, step);
      return engine.starts().handle(definition, childId);
    }
  }
}
