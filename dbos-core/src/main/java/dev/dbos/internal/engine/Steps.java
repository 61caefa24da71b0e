package dev.dbos.internal.engine;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.Observed;
import dev.dbos.internal.context.Place;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.observe.Ending;
import dev.dbos.observe.Observation.Scope;
import dev.dbos.observe.Occurrence;
import dev.dbos.observe.Operation;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StepCallable;
import dev.dbos.workflow.StepRunnable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Plain steps: run at least once, recorded once. */
public final class Steps {
  private Steps() {}

  /** Runs a step as the ambient of this thread asks for. */
  public static <R extends @Nullable Object, X extends Exception> R call(
      String name, RetryOptions retry, StepCallable<R, X> body) throws X {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow ->
          inWorkflow(place(workflow.scope(), name), name, retry, body);
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
        Place place = place(scope, name);
        yield scope.async(() -> inWorkflow(place, name, retry, body));
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
      Place place, String name, RetryOptions retry, StepCallable<R, X> body) throws X {
    WorkflowScope scope = place.scope();
    int stepId = place.stepId();
    Optional<Payload> recorded = scope.recorded(stepId, name);
    if (recorded.isPresent()) {
      return scope.codec().<R, X>replay(recorded.get());
    }
    long startedAt = scope.clock().millis();
    Result<R> result = run(place, name, retry, body);
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

  private static Place place(WorkflowScope scope, String name) {
    return Place.take(scope, stepId -> new Operation.Step(scope.workflowId(), name, stepId));
  }

  /** What goes on around the attempts of a step. */
  private interface Attempts {
    /** One begins. */
    default void begin() {}

    /** One failed; returns when it is time for the next. */
    void pauseAfter(int attempt, Duration delay, Throwable failure);
  }

  private record ObservedAttempts(Place place, String name) implements Attempts {
    @Override
    public void begin() {
      place.observed().attempted();
    }

    @Override
    public void pauseAfter(int attempt, Duration delay, Throwable failure) {
      WorkflowScope scope = place.scope();
      if (!scope.observers().isEmpty()) {
        scope
            .observers()
            .happened(
                new Occurrence.StepRetried(scope.workflowId(), name, attempt, delay, failure));
      }
      scope.pause(delay);
    }
  }

  private record Result<R extends @Nullable Object>(
      @Nullable R value, @Nullable Throwable failure, Payload payload) {}

  private static <R extends @Nullable Object, X extends Exception> Result<R> run(
      Place place, String name, RetryOptions retry, StepCallable<R, X> body) {
    WorkflowScope scope = place.scope();
    StepCodec codec = scope.codec();
    Observed observed = place.observed();
    Scope observation = observed.begin();
    try {
      Ambient inside = new Ambient.InStep(scope, name, place.stepId());
      R value =
          Ambient.<R, Exception>call(
              inside, () -> attempt(retry, body, new ObservedAttempts(place, name)));
      Payload payload = codec.output(value);
      observed.end(Ending.Outcome.SUCCESS, null);
      return new Result<>(value, null, payload);
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
      observed.end(Ending.Outcome.ERROR, named);
      return new Result<>(null, named, codec.error(named));
    } catch (Throwable failure) {
      RunStopped.unlessResult(failure, scope);
      observed.end(Ending.Outcome.ERROR, failure);
      return new Result<>(null, failure, codec.error(failure));
    } finally {
      observed.end(Ending.Outcome.STOPPED, null);
      observation.close();
    }
  }

  private static <R extends @Nullable Object, X extends Exception> R attempt(
      RetryOptions retry, StepCallable<R, X> body, Attempts attempts) throws X {
    List<Throwable> earlier = new ArrayList<>();
    for (int attempt = 1; ; attempt++) {
      try {
        attempts.begin();
        return body.call();
      } catch (RunStopped | OutOfMemoryError stop) {
        throw stop;
      } catch (Throwable failure) {
        if (failure instanceof InterruptedException || !retry.retries(failure, attempt)) {
          earlier.stream().filter(other -> !other.equals(failure)).forEach(failure::addSuppressed);
          throw StepCodec.<X>asIs(failure);
        }
        earlier.add(failure);
        attempts.pauseAfter(attempt, retry.delayAfter(attempt), failure);
      }
    }
  }

  /** Outside a workflow there is nothing that could stop the wait but an interrupt. */
  private static void sleep(int attempt, Duration duration, Throwable failure) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted between two attempts of a step", interrupted);
    }
  }
}
