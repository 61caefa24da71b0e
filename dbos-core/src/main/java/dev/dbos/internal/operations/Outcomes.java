package dev.dbos.internal.operations;

import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.watch.Condition;
import dev.dbos.internal.watch.Watch;
import dev.dbos.workflow.WorkflowStatus;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** Waits for workflows to end, here or elsewhere. */
public final class Outcomes {
  private final SystemAccess access;

  /** The outcomes of the workflows of a system database. */
  public Outcomes(SystemAccess access) {
    this.access = access;
  }

  /** How a workflow ended; empty when it did not in time. */
  Optional<Outcome> await(String workflowId, Patience patience) {
    Optional<CompletableFuture<Outcome>> here = access.runs().outcome(workflowId);
    if (here.isPresent()) {
      return patience.await(here.get()) ? Optional.of(here.get().join()) : Optional.empty();
    }
    return awaitStored(workflowId, patience);
  }

  private Optional<Outcome> awaitStored(String workflowId, Patience patience) {
    while (true) {
      try (Watch watch = access.watcher().watch(new Condition.Ended(workflowId))) {
        Optional<WorkflowStatus> row =
            patience.read(access, dsl -> WorkflowStore.find(dsl, workflowId));
        if (row.isEmpty()) {
          return Optional.of(new Outcome.Missing());
        }
        if (WorkflowStore.lacksPayload(row) && access.systemDatabase().payloadsHaveMoved()) {
          continue;
        }
        if (row.get().state().isTerminal()) {
          return Optional.of(Outcome.of(row.get()));
        }
        if (!patience.await(watch.told())) {
          return Optional.empty();
        }
      }
    }
  }

  /** Completes {@code target} with what the system database will say, without a thread waiting. */
  public void forward(String workflowId, CompletableFuture<Outcome> target) {
    Thread.ofVirtual()
        .name("dbos outcome " + workflowId)
        .start(
            () -> {
              try {
                target.complete(
                    awaitStored(workflowId, Patience.ofThread(workflowId, null)).orElseThrow());
              } catch (Throwable closed) {
                target.completeExceptionally(closed);
              }
            });
  }

  /** What a future failed with, to be thrown by who waited for it. */
  static RuntimeException unwrapped(ExecutionException failed) {
    if (failed.getCause() instanceof Error error) {
      throw error;
    }
    return failed.getCause() instanceof RuntimeException explained
        ? explained
        : new IllegalStateException(failed);
  }
}
