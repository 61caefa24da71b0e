package dev.dbos.internal.operations;

import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.workflow.WorkflowStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for workflows that end elsewhere: one thread asks for all of them with one query, soon at
 * first and then once a second.
 */
public final class OutcomeWatcher implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutcomeWatcher.class);
  private static final long FIRST_MILLIS = 10;
  private static final long LAST_MILLIS = 1_000;
  private static final int MOST_AT_ONCE = 1_000;

  private final SystemDatabase systemDatabase;
  private final Map<String, CompletableFuture<Outcome>> awaited = new ConcurrentHashMap<>();
  private final Object signal = new Object();
  private boolean newcomers;
  private boolean closed;
  private @Nullable Thread thread;

  /** Looks into {@code systemDatabase}; its thread starts with the first wait. */
  public OutcomeWatcher(SystemDatabase systemDatabase) {
    this.systemDatabase = systemDatabase;
  }

  /** Completes when the workflow has ended, or exceptionally when this DBOS closes before. */
  public CompletableFuture<Outcome> await(String workflowId) {
    CompletableFuture<Outcome> outcome =
        awaited.computeIfAbsent(workflowId, id -> new CompletableFuture<>());
    synchronized (signal) {
      if (closed) {
        outcome.completeExceptionally(closed());
      } else {
        newcomers = true;
        if (thread == null) {
          thread = new Thread(this::watch, "dbos outcome watcher");
          thread.setDaemon(true);
          thread.start();
        }
        signal.notifyAll();
      }
    }
    return outcome;
  }

  /** Completes {@code target} with the workflow's outcome. */
  @SuppressWarnings("FutureReturnValueIgnored") // both ways to end are told to the target
  public void forward(String workflowId, CompletableFuture<Outcome> target) {
    await(workflowId)
        .whenComplete(
            (outcome, failure) -> {
              if (failure == null) {
                target.complete(outcome);
              } else {
                target.completeExceptionally(failure);
              }
            });
  }

  private void watch() {
    boolean unreachable = false;
    long millis = FIRST_MILLIS;
    while (pauseUnlessClosed(millis)) {
      millis = Math.min(millis * 2, LAST_MILLIS);
      synchronized (signal) {
        if (newcomers) {
          newcomers = false;
          millis = FIRST_MILLIS;
        }
      }
      try {
        look();
        unreachable = false;
      } catch (RuntimeException failure) {
        if (!unreachable) {
          LOG.warn("Cannot see how workflows stand; trying on", failure);
        }
        unreachable = true;
      }
    }
  }

  /** False when closed; without anything to wait for it waits for that. */
  private boolean pauseUnlessClosed(long millis) {
    synchronized (signal) {
      try {
        while (awaited.isEmpty() && !closed) {
          signal.wait();
        }
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        long left = millis;
        while (left > 0 && !newcomers && !closed) {
          signal.wait(left);
          left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        return false;
      }
      return !closed;
    }
  }

  private void look() {
    List<String> ids = new ArrayList<>(awaited.keySet());
    for (int from = 0; from < ids.size(); from += MOST_AT_ONCE) {
      List<String> part = ids.subList(from, Math.min(ids.size(), from + MOST_AT_ONCE));
      Map<String, WorkflowStatus> rows =
          systemDatabase.read(dsl -> WorkflowStore.findAll(dsl, part)).stream()
              .collect(Collectors.toMap(WorkflowStatus::id, Function.identity()));
      for (String id : part) {
        WorkflowStatus row = rows.get(id);
        if (row == null) {
          complete(id, new Outcome.Missing());
        } else if (row.state().isTerminal()) {
          complete(id, Outcome.of(row));
        }
      }
    }
  }

  private void complete(String workflowId, Outcome outcome) {
    CompletableFuture<Outcome> future = awaited.remove(workflowId);
    if (future != null) {
      future.complete(outcome);
    }
  }

  private static DbosClosedException closed() {
    return new DbosClosedException(
        "This DBOS was closed while a workflow was waited for. The workflow is unaffected.");
  }

  @Override
  public void close() {
    synchronized (signal) {
      closed = true;
      signal.notifyAll();
    }
    awaited.values().forEach(future -> future.completeExceptionally(closed()));
    awaited.clear();
  }
}
