package dev.dbos.internal.engine;

import dev.dbos.internal.operations.LocalRuns.Way;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.watch.Topic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels runs of this process at their deadlines: one thread for all of them, which looks at the
 * earliest only. The row decides: a workflow that was resumed meanwhile has another deadline there.
 */
final class Deadlines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
  private static final int MOST_AT_ONCE = 1_000;
  private static final Comparator<Due> EARLIEST_FIRST =
      Comparator.comparingLong(Due::deadlineMillis)
          .thenComparing(due -> due.run().workflowId())
          .thenComparing(due -> due.run().runToken());

  private final Engine engine;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final TreeSet<Due> waiting = new TreeSet<>(EARLIEST_FIRST);
  private boolean closed;
  private @Nullable Thread thread;

  private record Due(long deadlineMillis, Run run) {}

  Deadlines(Engine engine) {
    this.engine = engine;
  }

  /** Cancels {@code run} at its deadline, if it has one. */
  void watch(Run run) {
    Long deadline = run.inheritance().deadlineMillis();
    if (deadline == null) {
      return;
    }
    lock.lock();
    try {
      waiting.add(new Due(deadline, run));
      if (thread == null && !closed) {
        thread = new Thread(this::work, "dbos deadlines");
        thread.setDaemon(true);
        thread.start();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /** The run has ended. */
  void forget(Run run) {
    Long deadline = run.inheritance().deadlineMillis();
    if (deadline != null) {
      lock.lock();
      try {
        waiting.remove(new Due(deadline, run));
      } finally {
        lock.unlock();
      }
    }
  }

  /** Cancels {@code run} before it begins, if it is too late for that. */
  void refuseExpired(Run run) {
    Long deadline = run.inheritance().deadlineMillis();
    if (deadline != null && deadline <= clock().millis()) {
      run.expire();
    }
  }

  private void work() {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    int failures = 0;
    for (List<Run> due = next(); !due.isEmpty(); due = next()) {
      try {
        cancel(due);
        failures = 0;
      } catch (RuntimeException failure) {
        if (failures++ == 0) {
          LOG.warn(
              "Cannot cancel {} workflows that are past their deadlines; trying on",
              due.size(),
              failure);
        }
        due.forEach(this::watch);
        pause(outages.after(failures));
      }
    }
  }

  private void cancel(List<Run> due) {
    List<String> ids = due.stream().map(Run::workflowId).toList();
    long now = clock().millis();
    Way way = engine.runs().makeWay(ids);
    try {
      List<String> cancelled =
          engine.systemDatabase().write(dsl -> ControlStore.expire(dsl, ids, now));
      LOG.debug("Past their deadlines: {}", cancelled);
      engine.runs().changed(cancelled);
      cancelled.forEach(id -> engine.watcher().changed(Topic.workflow(id)));
    } finally {
      way.close();
    }
  }

  /** The runs that are due, once there are any; none when closed. */
  private List<Run> next() {
    lock.lock();
    try {
      while (!closed) {
        List<Run> due = takeDue();
        if (!due.isEmpty()) {
          return due;
        }
        if (waiting.isEmpty()) {
          changed.await();
        } else {
          long left = Math.max(1, waiting.first().deadlineMillis() - clock().millis());
          changed.awaitNanos(SystemClock.look(clock(), Duration.ofMillis(left)).toNanos());
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
    return List.of();
  }

  private List<Run> takeDue() {
    long now = clock().millis();
    List<Run> due = new ArrayList<>();
    while (!waiting.isEmpty()
        && waiting.first().deadlineMillis() <= now
        && due.size() < MOST_AT_ONCE) {
      due.add(waiting.removeFirst().run());
    }
    return due;
  }

  private void pause(Duration pause) {
    lock.lock();
    try {
      for (long nanos = pause.toNanos(); nanos > 0 && !closed; ) {
        nanos = changed.awaitNanos(nanos);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private InstantSource clock() {
    return engine.settings().clock();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
  }
}
