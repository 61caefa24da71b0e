package dev.dbos.internal.engine;

import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.RunStopped.Reason;
import dev.dbos.internal.context.WorkflowScope.Watch;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells a run that it has to stop, once and for good, or that its transactions have to make way for
 * a change, for a while; and runs what ends the operations that would not notice by themselves.
 */
final class StopSignal {
  private final String workflowId;
  private final CompletableFuture<Reason> reason = new CompletableFuture<>();
  private final Set<Runnable> whenStopped = ConcurrentHashMap.newKeySet();
  private final Set<Runnable> whenInTheWay = ConcurrentHashMap.newKeySet();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition free = lock.newCondition();
  private int ways;

  StopSignal(String workflowId) {
    this.workflowId = workflowId;
  }

  /** Why the run stops, once it has to. */
  CompletableFuture<Reason> future() {
    return reason;
  }

  /** Why the run stops, or empty while it may go on. */
  Optional<Reason> reason() {
    return Optional.ofNullable(reason.getNow(null));
  }

  /** Throws once the run has to stop. */
  void check() {
    Reason known = reason.getNow(null);
    if (known != null) {
      throw new RunStopped(workflowId, known);
    }
  }

  /** Has the run stop; false when it has been told before. Does not block. */
  boolean stop(Reason why) {
    boolean isFirst = reason.complete(why);
    if (isFirst && why != Reason.CLOSING) {
      whenStopped.forEach(this::start);
    }
    return isFirst;
  }

  /** Has {@code action} run when the run is stopped for another reason than a close. */
  Watch whenStopped(Runnable action) {
    whenStopped.add(action);
    // Between the two it may have been stopped: then the action runs here, or twice.
    if (reason().filter(why -> why != Reason.CLOSING).isPresent()) {
      start(action);
    }
    return () -> whenStopped.remove(action);
  }

  /** Has {@code action} run when a transaction has to make way. */
  Watch whenInTheWay(Runnable action) {
    whenInTheWay.add(action);
    if (isInTheWay()) {
      start(action);
    }
    return () -> whenInTheWay.remove(action);
  }

  /** Has transactions in the system database make way until {@link #closeWay}. */
  void openWay() {
    lock.lock();
    try {
      ways++;
    } finally {
      lock.unlock();
    }
    whenInTheWay.forEach(this::start);
  }

  void closeWay() {
    lock.lock();
    try {
      ways--;
      free.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private boolean isInTheWay() {
    lock.lock();
    try {
      return ways > 0;
    } finally {
      lock.unlock();
    }
  }

  /** Returns when nothing asks for a way. */
  void awaitNoWay() throws InterruptedException {
    lock.lock();
    try {
      while (ways > 0) {
        free.await();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Not a virtual thread: what it is to end may pin the carriers of those, in SQLite's code. */
  private void start(Runnable action) {
    Thread.ofPlatform().daemon().name("dbos stop " + workflowId).start(action);
  }
}
