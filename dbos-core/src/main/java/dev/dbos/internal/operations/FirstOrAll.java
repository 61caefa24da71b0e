package dev.dbos.internal.operations;

import dev.dbos.error.DbosClosedException;
import dev.dbos.error.DbosException;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.store.Chunks;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.watch.Condition;
import dev.dbos.internal.watch.Watch;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** Waits for the first of several workflows to end, or for all. */
public final class FirstOrAll {
  private static final String WAIT_FIRST = "DBOS.waitFirst";

  private final SystemAccess access;

  /** Of the workflows of a system database. */
  public FirstOrAll(SystemAccess access) {
    this.access = access;
  }

  /** The handle of a workflow that has ended; of several the first in the order of the handles. */
  public <H extends WorkflowHandle<?>> H first(String operation, Collection<H> handles) {
    if (handles.isEmpty()) {
      throw new IllegalArgumentException(operation + " needs at least one handle to wait for.");
    }
    List<String> ids = handles.stream().map(WorkflowHandle::id).toList();
    String first = Recorded.call(operation, WAIT_FIRST, String.class, () -> await(ids));
    return handles.stream().filter(handle -> handle.id().equals(first)).findFirst().orElseThrow();
  }

  private String await(List<String> ids) {
    Patience patience = Patience.ofThread(String.join(", ", ids), null);
    Condition[] conditions = ids.stream().map(Condition.Ended::new).toArray(Condition[]::new);
    while (true) {
      try (Watch watch = access.watcher().watch(conditions)) {
        Optional<String> ended = patience.read(access, dsl -> ended(dsl, ids));
        if (ended.isPresent()) {
          return ended.get();
        }
        patience.await(watch.told());
      }
    }
  }

  private static Optional<String> ended(DSLContext dsl, List<String> ids) {
    Map<String, Standing> standings = new HashMap<>();
    Chunks.of(ids).forEach(part -> standings.putAll(WorkflowStore.standings(dsl, part)));
    return ids.stream().filter(id -> hasEnded(standings.get(id))).findFirst();
  }

  /** One without a row never ends; asking for its result says so. */
  private static boolean hasEnded(@Nullable Standing standing) {
    return standing == null || WorkflowState.of(standing.state()).isTerminal();
  }

  /**
   * The results of all, in order, once all have ended; the first failure has the others with it.
   */
  public <O extends @Nullable Object> List<O> all(Collection<? extends WorkflowHandle<O>> handles) {
    List<O> results = new ArrayList<>();
    @Nullable DbosException failed = null;
    for (WorkflowHandle<O> handle : handles) {
      try {
        results.add(handle.result());
      } catch (DbosClosedException closed) {
        throw closed;
      } catch (DbosException failure) {
        if (failed == null) {
          failed = failure;
        } else {
          failed.addSuppressed(failure);
        }
      }
    }
    if (failed != null) {
      throw failed;
    }
    return results;
  }
}
