package dev.dbos.internal.engine;

import dev.dbos.internal.context.RunStopped.Reason;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How a run waits: whatever it waits for, that it is stopped ends the wait. */
final class RunWaits {
  private final Run run;
  private final Engine engine;
  private final StopSignal stop;

  RunWaits(Run run, Engine engine, StopSignal stop) {
    this.run = run;
    this.engine = engine;
    this.stop = stop;
  }

  /** Returns when this executor cannot count as dead; stops the run when it does for good. */
  void awaitLease() {
    ExecutorLease lease = engine.lease();
    lease
        .lapsed()
        .ifPresent(renewed -> await(CompletableFuture.anyOf(renewed, stop.future()), null));
    if (lease.isSuperseded()) {
      run.stop(Reason.NOT_OWNER);
    }
  }

  /** As in {@link Run#pause}. */
  void pause(Duration duration) {
    await(stop.future(), duration);
    run.checkRunning();
  }

  /** As in {@link Run#idleUntil(CompletableFuture, Duration)}. */
  boolean idleUntil(@Nullable CompletableFuture<?> future, @Nullable Duration timeout) {
    run.steps().flush();
    boolean ended;
    if (engine.beginIdle(run)) {
      run.stop(Reason.CLOSING);
    }
    try {
      CompletableFuture<Reason> stopped = stop.future();
      ended = await(future == null ? stopped : CompletableFuture.anyOf(future, stopped), timeout);
    } finally {
      engine.endIdle(run);
    }
    run.checkRunning();
    return ended;
  }

  /** As in {@link Run#idleUntil(CompletableFuture, Instant)}. */
  boolean idleUntil(@Nullable CompletableFuture<?> future, Instant until) {
    InstantSource clock = run.clock();
    long untilMillis = until.toEpochMilli();
    for (long left = untilMillis - clock.millis(); left > 0; left = untilMillis - clock.millis()) {
      if (idleUntil(future, SystemClock.look(clock, Duration.ofMillis(left)))) {
        return true;
      }
    }
    return false;
  }

  /** False when the timeout came first; an interrupt stops the run. */
  private boolean await(CompletableFuture<?> future, @Nullable Duration timeout) {
    try {
      if (timeout == null) {
        future.get();
      } else {
        future.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (TimeoutException elapsed) {
      return false;
    } catch (ExecutionException failed) {
      return true;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw run.leave();
    }
  }
}
