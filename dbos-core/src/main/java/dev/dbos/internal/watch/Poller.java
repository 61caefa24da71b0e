package dev.dbos.internal.watch;

import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.store.SystemDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that looks for all who wait, and at the rows of this process's runs. Whatever else
 * tells them, this is what they can rely on.
 */
final class Poller implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Poller.class);

  /** A look does not begin sooner after another one, so that those who come meanwhile share it. */
  private static final long BETWEEN_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  /** Looks that are not slow keep the database busy for one part in so many of the time. */
  private static final int SHARE = 10;

  /** How long it rests at most after a look: one that was held up does not tell what it costs. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** How long a close waits for the thread, which has the file open. */
  private static final Duration CLOSING = Duration.ofSeconds(2);

  /** How soon a server has to answer before its connection counts as lost. */
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  /** How often everything is looked at although the file is said to be unchanged. */
  private static final long DISTRUST_NANOS = TimeUnit.SECONDS.toNanos(5);

  /** How soon it is seen on SQLite that another process has put something into a queue. */
  private static final long QUEUES_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

  private static final long NEVER = Long.MAX_VALUE;

  private final SystemDatabase systemDatabase;
  private final Watches watches;
  private final Runs runs;
  private final Supplier<Pace> pace;
  private final @Nullable DataVersion dataVersion;

  /** Workflows of ours of which something was heard, to be looked at now. */
  private final Set<String> heardOf = ConcurrentHashMap.newKeySet();

  private final Object signal = new Object();

  /** Nanoseconds from {@link #origin}, or NEVER while it makes up its mind. */
  private volatile long sleepsUntil;

  private final long origin = System.nanoTime();
  private boolean everythingIsDue;
  private boolean closed;
  private volatile @Nullable Thread thread;

  private long lastTurn;
  private long lastFullLook;
  private long lastLookAtRuns;
  private boolean changedSinceLookAtRuns;
  private int failures;

  Poller(
      SystemDatabase systemDatabase,
      Watches watches,
      Runs runs,
      Supplier<Pace> pace,
      @Nullable DataVersion dataVersion) {
    this.systemDatabase = systemDatabase;
    this.watches = watches;
    this.runs = runs;
    this.pace = pace;
    this.dataVersion = dataVersion;
  }

  /** Its time: it only grows, and is not that of any clock. */
  long now() {
    return System.nanoTime() - origin;
  }

  /** Something is due at {@code when}. Costs next to nothing when the thread is up before that. */
  void attend(long when) {
    if (thread == null || when < sleepsUntil) {
      synchronized (signal) {
        if (thread == null && !closed) {
          Thread poller = new Thread(this::poll, "dbos watcher");
          poller.setDaemon(true);
          poller.start();
          thread = poller;
        }
        signal.notifyAll();
      }
    }
  }

  /** A run of this process has begun. */
  void attendRun() {
    attend(now() + pace.get().runsNanos());
  }

  /** The row of a run of this process may have changed. */
  void heardOf(String workflowId) {
    heardOf.add(workflowId);
    attend(now());
  }

  /** What was told while nobody listened is not known. */
  void lookAtEverything() {
    synchronized (signal) {
      everythingIsDue = true;
      signal.notifyAll();
    }
  }

  private void poll() {
    long rest = 0;
    while (await(now() + rest)) {
      long began = now();
      try {
        turn(began);
        failures = 0;
        rest = Math.clamp((SHARE - 1) * (now() - began), BETWEEN_NANOS, REST_NANOS);
      } catch (RuntimeException | SQLException failure) {
        rest = pauseAfter(failure).toNanos();
      }
    }
    if (dataVersion != null) {
      dataVersion.close();
    }
  }

  /** Closed in the middle of a look, which then fails and is nobody's concern. */
  private boolean isClosed() {
    synchronized (signal) {
      return closed;
    }
  }

  private Duration pauseAfter(Exception failure) {
    if (failures == 0 && !isClosed()) {
      LOG.warn("Cannot see what changes in the system database; trying on", failure);
    }
    failures++;
    // Nothing that was due has been looked at.
    lookAtEverything();
    return Backoff.forOutages(ThreadLocalRandom.current()).after(failures);
  }

  /** Waits until something is due, but not less than until {@code rested}; false when closed. */
  private boolean await(long rested) {
    synchronized (signal) {
      while (!closed) {
        // Whoever comes from here on sees that it has to wake this thread; whoever came before is
        // seen by the next line.
        sleepsUntil = NEVER;
        long due = Math.max(due(), rested);
        long left = due == NEVER ? NEVER : due - now();
        if (left <= 0) {
          return true;
        }
        sleepsUntil = due;
        try {
          if (left == NEVER) {
            signal.wait();
          } else {
            TimeUnit.NANOSECONDS.timedWait(signal, left);
          }
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      return false;
    }
  }

  private long due() {
    if (everythingIsDue || !heardOf.isEmpty()) {
      return 0;
    }
    long due = NEVER;
    if (!runs.active().isEmpty()) {
      due = lastLookAtRuns + pace.get().runsNanos();
    }
    if (dataVersion != null) {
      if (runs.servesQueues()) {
        due = Math.min(due, lastTurn + QUEUES_NANOS);
      }
      return watches.open().isEmpty() ? due : Math.min(due, lastTurn + Pace.PROBING.firstNanos());
    }
    for (Watch watch : watches.open()) {
      due = Math.min(due, watch.nextLook());
    }
    return due;
  }

  private void turn(long now) throws SQLException {
    lastTurn = now;
    boolean everything = takeEverythingIsDue();
    if (dataVersion != null) {
      boolean written = dataVersion.changed();
      if (written) {
        runs.written();
      }
      everything |= written || now - lastFullLook >= DISTRUST_NANOS;
    }
    if (everything) {
      lastFullLook = now;
    }
    List<Watch> watched = watchesDue(everything, now);
    Map<String, WatchedRun> ours = runsDue(everything, now);
    if (watched.isEmpty() && ours.isEmpty()) {
      return;
    }
    Look look = new Look();
    watched.forEach(watch -> look.at(watch.conditions()));
    ours.keySet().forEach(look::at);
    systemDatabase.readWithin(
        PATIENCE,
        dsl -> {
          look.take(dsl);
          return look;
        });
    watched.forEach(watch -> tell(watch, look));
    ours.values().forEach(run -> tell(run, look));
  }

  private boolean takeEverythingIsDue() {
    synchronized (signal) {
      boolean everything = everythingIsDue;
      everythingIsDue = false;
      return everything;
    }
  }

  private List<Watch> watchesDue(boolean everything, long now) {
    List<Watch> due = new ArrayList<>();
    for (Watch watch : watches.open()) {
      if (everything || (dataVersion == null && watch.nextLook() <= now)) {
        due.add(watch);
      }
    }
    return due;
  }

  private Map<String, WatchedRun> runsDue(boolean everything, long now) {
    Map<String, WatchedRun> due = new LinkedHashMap<>();
    for (String workflowId : List.copyOf(heardOf)) {
      heardOf.remove(workflowId);
      runs.active(workflowId).ifPresent(run -> due.put(workflowId, run));
    }
    changedSinceLookAtRuns |= dataVersion == null || everything;
    if (now - lastLookAtRuns >= pace.get().runsNanos()) {
      lastLookAtRuns = now;
      if (changedSinceLookAtRuns) {
        changedSinceLookAtRuns = false;
        runs.active().forEach(run -> due.put(run.workflowId(), run));
      }
    }
    return due;
  }

  private void tell(Watch watch, Look look) {
    if (watch.conditions().stream().anyMatch(look::fulfils)) {
      watch.told().complete(null);
    }
    watch.lookAgain(now(), pace.get());
  }

  private void tell(WatchedRun run, Look look) {
    // A run that has ended meanwhile is right to find its workflow ended.
    if (runs.active(run.workflowId()).filter(run::equals).isPresent()) {
      run.noticed(look.standing(run.workflowId()));
    }
  }

  /** Returns, unless it takes long, when the thread has no file open any more. */
  @Override
  public void close() {
    Thread working;
    synchronized (signal) {
      closed = true;
      signal.notifyAll();
      working = thread;
    }
    if (dataVersion != null && working != null && !Thread.currentThread().equals(working)) {
      try {
        working.join(CLOSING);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
