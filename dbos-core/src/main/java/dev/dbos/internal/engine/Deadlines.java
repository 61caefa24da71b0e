package dev.dbos.internal.engine;

import dev.dbos.internal.operations.LocalRuns.Way;
import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.watch.Topic;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cancels runs of this process at their deadlines: one thread for all of them, which looks at the
 * earliest only. The row decides: a workflow that was resumed meanwhile has another deadline there.
 */
final class Deadlines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
  private static final int MOST_AT_ONCE = 1_000;
  private static final Duration IDLE = Duration.ofHours(1);
  private static final Comparator<Due> EARLIEST_FIRST =
      Comparator.comparingLong(Due::deadlineMillis)
          .thenComparing(due -> due.run().workflowId())
          .thenComparing(due -> due.run().runToken());

  private final Engine engine;
  private final ConcurrentSkipListSet<Due> waiting = new ConcurrentSkipListSet<>(EARLIEST_FIRST);
  private final Rounds rounds = new Rounds("deadlines", this::round);

  private record Due(long deadlineMillis, Run run) {}

  Deadlines(Engine engine) {
    this.engine = engine;
  }

  /** Cancels {@code run} at its deadline, if it has one. */
  void watch(Run run) {
    Long deadline = run.inheritance().deadlineMillis();
    if (deadline != null) {
      waiting.add(new Due(deadline, run));
      rounds.start();
      rounds.signal();
    }
  }

  /** The run has ended. */
  void forget(Run run) {
    Long deadline = run.inheritance().deadlineMillis();
    if (deadline != null) {
      waiting.remove(new Due(deadline, run));
    }
  }

  /** Cancels {@code run}, and has it stop, if it is too late for going on. */
  void refuseExpired(Run run) {
    Long deadline = run.inheritance().deadlineMillis();
    if (deadline != null && deadline <= clock().millis()) {
      run.expire();
    }
  }

  /** Whoever cannot be cancelled stays for the next round. */
  private Duration round() {
    long now = clock().millis();
    List<Due> due =
        waiting.stream()
            .takeWhile(next -> next.deadlineMillis() <= now)
            .limit(MOST_AT_ONCE)
            .toList();
    if (due.isEmpty()) {
      return untilNext();
    }
    cancel(due.stream().map(next -> next.run().workflowId()).toList());
    due.forEach(waiting::remove);
    return Duration.ZERO;
  }

  private Duration untilNext() {
    Iterator<Due> next = waiting.iterator();
    if (!next.hasNext()) {
      return IDLE;
    }
    long left = Math.max(1, next.next().deadlineMillis() - clock().millis());
    return SystemClock.look(clock(), Duration.ofMillis(left));
  }

  private void cancel(List<String> ids) {
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

  private InstantSource clock() {
    return engine.settings().clock();
  }

  /** Cancels nothing more. */
  void stop() {
    rounds.stop();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
