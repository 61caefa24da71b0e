package dev.dbos.internal.operations;

import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Outages;
import dev.dbos.serialization.Payload;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** How long the current thread waits for something, and what may end that. */
public interface Patience {
  /** The name under which the end of a wait is recorded. */
  String SLEEP = "DBOS.sleep";

  /**
   * Waits for {@code future}; false when the time is over.
   *
   * @throws dev.dbos.error.DbosClosedException when nobody watches any more
   * @throws dev.dbos.internal.context.RunStopped when the thread's run must not go on
   */
  boolean await(CompletableFuture<?> future);

  /** Reads the system database, waiting while it is away. */
  default <R> R read(SystemAccess access, Function<DSLContext, R> query) {
    return Outages.outlast(
        () -> access.systemDatabase().read(query),
        pause ->
            await(
                new CompletableFuture<@Nullable Void>()
                    .completeOnTimeout(null, pause.toMillis(), TimeUnit.MILLISECONDS)));
  }

  /**
   * Until a moment that is recorded as a step of its own, when it comes to waiting at all: a
   * restart does not begin anew.
   */
  static Patience durable(WorkflowScope scope, int stepId, Duration timeout) {
    return new Patience() {
      private @Nullable Instant until;

      @Override
      public boolean await(CompletableFuture<?> future) {
        Instant end = until;
        if (end == null) {
          if (timeout.isNegative() || timeout.isZero()) {
            return false;
          }
          end = Instant.ofEpochMilli(wakeAtMillis(scope, stepId, timeout));
          until = end;
        }
        boolean told = scope.idleUntil(future, end);
        if (told && future.isCompletedExceptionally()) {
          throw scope.leave();
        }
        return told;
      }
    };
  }

  /** The moment {@code duration} from now, or from when the step was recorded first. */
  static long wakeAtMillis(WorkflowScope scope, int stepId, Duration duration) {
    Payload counts =
        scope
            .recorded(stepId, SLEEP)
            .orElseGet(
                () -> {
                  long now = scope.clock().millis();
                  Payload wakeAt = PortableValues.output(later(now, duration));
                  return scope.record(new StepRecord(stepId, SLEEP, wakeAt, null, now, now));
                });
    return (Long) Objects.requireNonNull(PortableValues.read(counts.outputText(), Long.class));
  }

  private static long later(long nowMillis, Duration duration) {
    try {
      return Math.addExact(nowMillis, duration.toMillis());
    } catch (ArithmeticException forEver) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * As long as the thread stays what it is; a workflow gives up its place meanwhile.
   *
   * @param workflowId the workflow that is waited for
   * @param timeout null for no limit
   */
  static Patience ofThread(String workflowId, @Nullable Duration timeout) {
    long begin = System.nanoTime();
    long most = timeout == null ? Long.MAX_VALUE : nanos(timeout);
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> ofRun(workflow.scope(), begin, most);
      case Ambient.InStep step -> ofRun(step.scope(), begin, most);
      case Ambient.InTransaction transaction ->
          future -> awaitOutside(workflowId, future, most - (System.nanoTime() - begin));
      case null -> future -> awaitOutside(workflowId, future, most - (System.nanoTime() - begin));
    };
  }

  private static long nanos(Duration timeout) {
    try {
      return timeout.toNanos();
    } catch (ArithmeticException forEver) {
      return timeout.isNegative() ? 0 : Long.MAX_VALUE;
    }
  }

  private static Patience ofRun(WorkflowScope scope, long begin, long most) {
    return future -> {
      Duration left =
          most == Long.MAX_VALUE ? null : Duration.ofNanos(most - (System.nanoTime() - begin));
      boolean told = future.isDone() || scope.idleUntil(future, left);
      if (told && future.isCompletedExceptionally()) {
        throw scope.leave();
      }
      return told;
    };
  }

  private static boolean awaitOutside(
      String workflowId, CompletableFuture<?> future, long leftNanos) {
    try {
      future.get(leftNanos, TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException elapsed) {
      return false;
    } catch (ExecutionException failed) {
      throw Outcomes.unwrapped(failed);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(
          "Interrupted while waiting for workflow " + workflowId + ", which is unaffected.",
          interrupted);
    }
  }
}
