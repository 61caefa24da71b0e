package dev.dbos.internal.engine;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StepCallable;
import dev.dbos.workflow.StepRunnable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Plain steps: run at least once, recorded once. */
public final class Steps {
  private Steps() {}

  /** Runs a step as the ambient of this thread asks for. */
  public static <R extends @Nullable Object, X extends Exception> R call(
      String name, RetryOptions retry, StepCallable<R, X> body) throws X {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow ->
          inWorkflow(workflow.scope(), workflow.scope().takeStepId(), name, retry, body);
      // A step in a step is part of it: the outer one is recorded, retried and replayed as a whole.
      case Ambient.InStep step -> body.call();
      case Ambient.InTransaction transaction -> body.call();
      case null -> attempt(retry, body, Steps::sleep);
    };
  }

  /** Like {@link #call}, on a thread of its own; its place is taken now. */
  public static <R extends @Nullable Object, X extends Exception> CompletableFuture<R> callAsync(
      String name, RetryOptions retry, StepCallable<R, X> body) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> {
        WorkflowScope scope = workflow.scope();
        int stepId = scope.takeStepId();
        yield scope.async(() -> inWorkflow(scope, stepId, name, retry, body));
      }
      case Ambient.InStep step -> step.scope().async(body::call);
      case Ambient.InTransaction transaction ->
          throw new IllegalStateException(
              "callStepAsync was called inside transaction \""
                  + transaction.transactionName()
                  + "\", which cannot be shared with another thread.");
      case null -> {
        CompletableFuture<R> future = new CompletableFuture<>();
        Thread.ofVirtual()
            .name("dbos step " + name)
            .start(() -> complete(future, () -> attempt(retry, body, Steps::sleep)));
        yield future;
      }
    };
  }

  /** A body without a result, as one whose result is null. */
  public static <X extends Exception> StepCallable<@Nullable Object, X> withoutResult(
      StepRunnable<X> body) {
    return () -> {
      body.run();
      return StepCodec.asDeclared(null);
    };
  }

  private static <R extends @Nullable Object> void complete(
      CompletableFuture<R> future, Ambient.Body<R, Exception> body) {
    try {
      future.complete(body.run());
    } catch (Throwable failure) {
      future.completeExceptionally(failure);
    }
  }

  private static <R extends @Nullable Object, X extends Exception> R inWorkflow(
      WorkflowScope scope, int stepId, String name, RetryOptions retry, StepCallable<R, X> body)
      throws X {
    Optional<Payload> recorded = scope.recorded(stepId, name);
    if (recorded.isPresent()) {
      return scope.codec().<R, X>replay(recorded.get());
    }
    long startedAt = scope.clock().millis();
    Ambient inside = new Ambient.InStep(scope, name, stepId);
    Result<R> result = run(inside, scope, name, () -> attempt(retry, body, scope::pause));
    Payload payload = result.payload();
    StepRecord record =
        new StepRecord(stepId, name, payload, null, startedAt, scope.clock().millis());
    Payload counts = scope.record(record);
    if (!counts.equals(payload)) {
      return scope.codec().<R, X>replay(counts);
    }
    if (result.failure() != null) {
      throw StepCodec.<X>asIs(scope.codec().errors().settle(result.failure()));
    }
    return StepCodec.asDeclared(result.value());
  }

  private record Result<R extends @Nullable Object>(
      @Nullable R value, @Nullable Throwable failure, Payload payload) {}

  private static <R extends @Nullable Object, X extends Exception> Result<R> run(
      Ambient inside, WorkflowScope scope, String name, Ambient.Body<R, X> attempts) {
    StepCodec codec = scope.codec();
    try {
      R value = Ambient.<R, X>call(inside, attempts);
      return new Result<>(value, null, codec.output(value));
    } catch (SerializationException unstorable) {
      SerializationException named =
          new SerializationException(
              "The result of step \""
                  + name
                  + "\" of workflow "
                  + scope.workflowId()
                  + " cannot be stored: "
                  + unstorable.getMessage(),
              unstorable);
      return new Result<>(null, named, codec.error(named));
    } catch (Throwable failure) {
      RunStopped.unlessResult(failure, scope);
      return new Result<>(null, failure, codec.error(failure));
    }
  }

  private static <R extends @Nullable Object, X extends Exception> R attempt(
      RetryOptions retry, StepCallable<R, X> body, Consumer<Duration> pause) throws X {
    List<Throwable> earlier = new ArrayList<>();
    for (int attempt = 1; ; attempt++) {
      try {
        return body.call();
      } catch (RunStopped | OutOfMemoryError stop) {
        throw stop;
      } catch (Throwable failure) {
        if (failure instanceof InterruptedException || !retry.retries(failure, attempt)) {
          earlier.stream().filter(other -> !other.equals(failure)).forEach(failure::addSuppressed);
          throw StepCodec.<X>asIs(failure);
        }
        earlier.add(failure);
        pause.accept(retry.delayAfter(attempt));
      }
    }
  }

  /** Outside a workflow there is nothing that could stop the wait but an interrupt. */
  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted between two attempts of a step", interrupted);
    }
  }
}
