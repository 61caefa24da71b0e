package dev.dbos.internal.operations;

import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Outages;
import dev.dbos.serialization.Payload;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * An operation on workflows that is a recorded step when a workflow calls it: its replay gets what
 * the first call got. Elsewhere, and inside a step, it just happens.
 */
public final class Recorded {
  private Recorded() {}

  /**
   * Performs {@code body} as the ambient of this thread asks for. It may happen more than once
   * before it is recorded, so it must make no difference whether it has happened already.
   *
   * @param operation what the caller called, for messages: {@code Workflow.cancel}
   * @param stepName under which it is recorded: {@code DBOS.cancelWorkflow}
   * @param type what its result is read back as
   * @throws IllegalStateException inside a transaction
   */
  public static <R extends @Nullable Object> R call(
      String operation, String stepName, Type type, Supplier<R> body) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> inWorkflow(workflow.scope(), stepName, type, body);
      case Ambient.InStep step -> patiently(step.scope(), body);
      case Ambient.InTransaction transaction -> throw refusedIn(transaction, operation);
      case null -> body.get();
    };
  }

  /** Says that an operation cannot be part of a user's transaction. */
  static IllegalStateException refusedIn(Ambient.InTransaction transaction, String operation) {
    return new IllegalStateException(
        operation
            + " was called inside transaction \""
            + transaction.transactionName()
            + "\" of datasource "
            + transaction.datasourceName()
            + ". Call it before or after the transaction.");
  }

  /** Performs {@code body} as the next step of a running workflow. */
  public static <R extends @Nullable Object> R inWorkflow(
      WorkflowScope scope, String stepName, Type type, Supplier<R> body) {
    int stepId = scope.takeStepId();
    Optional<Payload> earlier = scope.recorded(stepId, stepName);
    if (earlier.isPresent()) {
      return replay(scope, earlier.get(), type);
    }
    long startedAt = scope.clock().millis();
    @Nullable R value = null;
    @Nullable RuntimeException thrown = null;
    Payload payload;
    try {
      value = patiently(scope, body);
      payload = scope.codec().portableOutput(value);
    } catch (RuntimeException failure) {
      RunStopped.unlessResult(failure, scope);
      thrown = failure;
      payload = scope.codec().error(failure);
    }
    Payload counts =
        scope.record(
            new StepRecord(stepId, stepName, payload, null, startedAt, scope.clock().millis()));
    if (!counts.equals(payload)) {
      return replay(scope, counts, type);
    }
    if (thrown != null) {
      throw thrown;
    }
    return StepCodec.asDeclared(value);
  }

  /**
   * Performs {@code body} as a step whose result it writes itself; what it throws is recorded, too.
   *
   * @return the result that counts
   */
  static Payload payload(WorkflowScope scope, int stepId, String stepName, Supplier<Payload> body) {
    return scope
        .recorded(stepId, stepName)
        .orElseGet(
            () -> {
              long startedAt = scope.clock().millis();
              Payload payload;
              try {
                payload = body.get();
              } catch (RuntimeException failure) {
                RunStopped.unlessResult(failure, scope);
                payload = scope.codec().error(failure);
              }
              return scope.record(
                  new StepRecord(
                      stepId, stepName, payload, null, startedAt, scope.clock().millis()));
            });
  }

  /** Returns what was recorded in portable JSON, or throws the recorded error. */
  @SuppressWarnings("unchecked") // written as a value of this very type
  static <R extends @Nullable Object> R replay(WorkflowScope scope, Payload payload, Type type) {
    return payload.isError()
        ? scope.codec().<R, RuntimeException>replay(payload)
        : StepCodec.asDeclared((R) PortableValues.read(payload.outputText(), type));
  }

  /** Likewise on behalf of whatever this thread is in; outside a workflow nothing waits. */
  static <R extends @Nullable Object> R patiently(Supplier<R> body) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> patiently(workflow.scope(), body);
      case Ambient.InStep step -> patiently(step.scope(), body);
      case Ambient.InTransaction transaction -> body.get();
      case null -> body.get();
    };
  }

  /** Waits for a database that is away: an outage is not the operation's result. */
  public static <R extends @Nullable Object> R patiently(WorkflowScope scope, Supplier<R> body) {
    return Outages.outlast(
        body,
        pause -> {
          scope.pause(pause);
          return true;
        });
  }
}
