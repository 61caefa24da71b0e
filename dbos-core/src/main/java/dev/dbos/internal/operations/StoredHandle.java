package dev.dbos.internal.operations;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.PortableValues;
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
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A handle on a workflow of this process or another one. */
public final class StoredHandle<O extends @Nullable Object> implements WorkflowHandle<O> {
  /** The name under which a wait for another workflow is recorded. */
  static final String GET_RESULT = "DBOS.getResult";

  private final SystemAccess access;
  private final String workflowId;
  private final Type outputType;

  /** A handle on a workflow, whose output is of {@code outputType}. */
  public StoredHandle(SystemAccess access, String workflowId, Type outputType) {
    this.access = access;
    this.workflowId = workflowId;
    this.outputType = outputType;
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
                  + "\", which would stay open while it waits. Ask before or after it.");
      case Ambient.InStep step ->
          StepCodec.asDeclared(await(access.outcomes().await(workflowId), timeout));
      case null -> StepCodec.asDeclared(await(access.outcomes().await(workflowId), timeout));
    };
  }

  /** The result of a run of this process, which may have been released already. */
  public O resultOf(CompletableFuture<Outcome> outcome) {
    return StepCodec.asDeclared(await(outcome, null));
  }

  private @Nullable O await(CompletableFuture<Outcome> outcome, @Nullable Duration timeout) {
    try {
      Outcome ended =
          timeout == null ? outcome.get() : outcome.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      return ended.get(workflowId, outputType, access.codec().errors());
    } catch (TimeoutException elapsed) {
      throw timedOut(timeout);
    } catch (ExecutionException failed) {
      throw failure(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Interrupted while waiting for workflow " + workflowId + ", which is unaffected.",
          interrupted);
    }
  }

  private static RuntimeException failure(ExecutionException failed) {
    if (failed.getCause() instanceof Error error) {
      throw error;
    }
    return failed.getCause() instanceof RuntimeException explained
        ? explained
        : new IllegalStateException(failed);
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
    CompletableFuture<Outcome> outcome = access.outcomes().await(workflowId);
    boolean ended = run.idleUntil(outcome, timeout);
    Payload payload;
    @Nullable O value = null;
    @Nullable RuntimeException thrown = null;
    try {
      value =
          ended
              ? outcome.join().get(workflowId, outputType, run.codec().errors())
              : timedOutValue(timeout);
      payload = PortableValues.output(value);
    } catch (CompletionException closing) {
      throw run.leave();
    } catch (RuntimeException failure) {
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

  private @Nullable O timedOutValue(@Nullable Duration timeout) {
    throw timedOut(timeout);
  }
}
