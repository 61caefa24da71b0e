package dev.dbos.internal.operations;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** A handle on a workflow of this process or another one. */
public final class StoredHandle<O extends @Nullable Object> implements WorkflowHandle<O> {
  /** The name under which a wait for another workflow is recorded. */
  static final String GET_RESULT = "DBOS.getResult";

  private final SystemAccess access;
  private final String workflowId;
  private final Type outputType;
  private final Arrival arrival;

  /** A handle on a workflow, whose output is of {@code outputType}. */
  public StoredHandle(SystemAccess access, String workflowId, Type outputType) {
    this(access, workflowId, outputType, Arrival.NONE);
  }

  /** A handle on a workflow that may be on its way to the system database. */
  public StoredHandle(SystemAccess access, String workflowId, Type outputType, Arrival arrival) {
    this.access = access;
    this.workflowId = workflowId;
    this.outputType = outputType;
    this.arrival = arrival;
  }

  @Override
  public String id() {
    return workflowId;
  }

  @Override
  public WorkflowStatus status() {
    WorkflowStatus status = new Listings(access).status(workflowId);
    if (status == null) {
      throw new UnknownWorkflowException(
          "There is no workflow with id " + workflowId + " in the system database.", workflowId);
    }
    return status;
  }

  @Override
  public O result() {
    return resultWithin(null);
  }

  @Override
  public O result(Duration timeout) {
    return resultWithin(timeout);
  }

  private O resultWithin(@Nullable Duration timeout) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> StepCodec.asDeclared(asStep(workflow.scope(), timeout));
      case Ambient.InTransaction transaction ->
          throw new IllegalStateException(
              "The result of workflow "
                  + workflowId
                  + " was asked for inside transaction \""
                  + transaction.transactionName()
                  + "\", which would stay open while it waits. Ask before or after it. What the"
                  + " transaction itself starts begins only after its commit.");
      case Ambient.InStep step -> StepCodec.asDeclared(awaitFor(step.scope(), timeout));
      case null -> StepCodec.asDeclared(await(timeout));
    };
  }

  /** The result of a run of this process, which may have been released already. */
  public O resultOf(CompletableFuture<Outcome> outcome) {
    try {
      return StepCodec.asDeclared(valueOf(outcome.get()));
    } catch (ExecutionException failed) {
      throw Outcomes.unwrapped(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Interrupted while waiting for workflow " + workflowId + ", which is unaffected.",
          interrupted);
    }
  }

  /**
   * Waits as {@code run}. When both workflows were cancelled together, or have the same deadline,
   * the run may get to know of the other one first. That is no result of its own: if it were
   * recorded, a resume of both would find it.
   */
  private @Nullable O awaitFor(WorkflowScope run, @Nullable Duration timeout) {
    try {
      return await(timeout);
    } catch (WorkflowCancelledException cancelled) {
      run.checkOwnership();
      throw cancelled;
    }
  }

  private @Nullable O await(@Nullable Duration timeout) {
    Patience patience = Patience.ofThread(workflowId, timeout);
    Outcomes outcomes = new Outcomes(access);
    Arrival.Lookout lookout = arrival.lookOut();
    Optional<Outcome> outcome = outcomes.await(workflowId, patience);
    while (outcome.filter(Outcome.Missing.class::isInstance).isPresent()
        && lookout.again(patience)) {
      outcome = outcomes.await(workflowId, patience);
    }
    return valueOf(outcome.orElseThrow(() -> timedOut(timeout)));
  }

  private @Nullable O valueOf(Outcome outcome) {
    return outcome.get(workflowId, outputType, access.codec().errors());
  }

  private WaitTimeoutException timedOut(@Nullable Duration timeout) {
    Duration waited = timeout == null ? Duration.ZERO : timeout;
    return new WaitTimeoutException(
        "Workflow " + workflowId + " did not end within " + waited.toMillis() + " ms; it goes on.",
        workflowId,
        waited);
  }

  private @Nullable O asStep(WorkflowScope run, @Nullable Duration timeout) {
    int stepId = run.takeStepId();
    Optional<Payload> recorded = run.recorded(stepId, GET_RESULT);
    if (recorded.isPresent()) {
      return StepCodec.asDeclared(Recorded.<@Nullable O>replay(run, recorded.get(), outputType));
    }
    long startedAt = run.clock().millis();
    Payload payload;
    @Nullable O value = null;
    @Nullable RuntimeException thrown = null;
    try {
      value = awaitFor(run, timeout);
      payload = run.codec().portableOutput(value);
    } catch (CompletionException closing) {
      throw run.leave();
    } catch (RuntimeException failure) {
      RunStopped.unlessResult(failure, run);
      thrown = failure;
      payload = run.codec().error(failure);
    }
    StepRecord record =
        new StepRecord(stepId, GET_RESULT, payload, workflowId, startedAt, run.clock().millis());
    Payload counts = run.record(record);
    if (!counts.equals(payload)) {
      return StepCodec.asDeclared(Recorded.<@Nullable O>replay(run, counts, outputType));
    }
    if (thrown != null) {
      throw thrown;
    }
    return value;
  }
}
