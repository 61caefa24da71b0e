package dev.dbos.internal.operations;

import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.watch.Watcher;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A system database as operations use it.
 *
 * @param systemDatabase where workflows are stored
 * @param applicationName whose workflows are listed, or null for those of all
 * @param codec how steps and errors were written
 * @param clock what time it is
 * @param watcher tells what changed
 * @param runs the workflows that run in this process
 * @param lastSentMillis the time that was written into the message sent last
 */
public record SystemAccess(
    SystemDatabase systemDatabase,
    @Nullable String applicationName,
    StepCodec codec,
    InstantSource clock,
    Watcher watcher,
    LocalRuns runs,
    AtomicLong lastSentMillis) {

  /** Tells how the workflows end that run in this process. */
  @FunctionalInterface
  public interface LocalRuns {
    /**
     * Completes when it has ended, or exceptionally when this process left it; empty for others.
     */
    Optional<CompletableFuture<Outcome>> outcome(String workflowId);
  }

  /** Access to a system database. */
  public SystemAccess(
      SystemDatabase systemDatabase,
      String applicationName,
      StepCodec codec,
      InstantSource clock,
      Watcher watcher,
      LocalRuns runs) {
    this(systemDatabase, applicationName, codec, clock, watcher, runs, new AtomicLong());
  }

  /** Whether the steps of this run are recorded in this system database. */
  boolean isOf(WorkflowScope scope) {
    return scope.recordsIn(systemDatabase.database(), systemDatabase.schema());
  }

  /** A time after that of everything sent before, so that messages keep their order. */
  long nextSentMillis(int messages) {
    long now = clock.millis();
    return lastSentMillis.updateAndGet(last -> Math.max(now, last + 1) + messages - 1)
        - messages
        + 1;
  }
}
