package dev.dbos.internal.engine;

import dev.dbos.internal.engine.Takeover.ReadyRun;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.store.Claim;
import dev.dbos.internal.store.ClaimedWorkflow;
import dev.dbos.internal.store.ControlStore;
import dev.dbos.internal.store.LimitedQueue;
import dev.dbos.internal.store.LimitedQueue.Taken;
import dev.dbos.internal.store.QueueLoad;
import dev.dbos.internal.store.QueueStore;
import dev.dbos.internal.store.RegisteredQueue;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes workflows out of a queue and runs them, on one thread that claims in batches.
 *
 * <p>It takes places among the running first, and claims no more than it has places for: what this
 * process cannot run stays for others. It looks when it is {@link #signal told to}, when a full
 * batch shows that there may be more, when what it ran of a limited queue has ended, when a period
 * is over that kept more from starting, each quarter of a lease that has expired, and now and then
 * for what other processes have put in.
 *
 * <p>What it has claimed it runs, whatever happens to the database in between: only close makes it
 * leave that to the next launch. A claim whose acknowledgement was lost is looked for by its token.
 */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);

  /** The most to claim at once. */
  private static final int BATCH = 100;

  /** Between two looks at the internal queue when it is idle; times 0.5 to 1. */
  private static final Duration IDLE = Duration.ofMillis(1_300);

  private static final int CLOSE_SECONDS = 5;

  private final Engine engine;
  private final String queueName;
  private final Takeover takeover;
  private final RunningOfQueue running;
  private final Object signal = new Object();
  private boolean signalled;
  private boolean said;
  private boolean closed;
  private @Nullable Thread thread;

  /** Whether there is said to be work; used by its thread alone. */
  private boolean told;

  private volatile Duration idle = IDLE;
  private volatile boolean limited;

  Dispatcher(Engine engine, String queueName) {
    this.engine = engine;
    this.queueName = queueName;
    this.takeover = new Takeover(engine);
    this.running = new RunningOfQueue(this::ended);
    this.limited = !isInternal();
  }

  private boolean isInternal() {
    return queueName.equals(ControlStore.INTERNAL_QUEUE);
  }

  void start() {
    synchronized (signal) {
      thread = new Thread(this::work, "dbos queue " + queueName);
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Takes note of how the queue is registered now. */
  void follow(RegisteredQueue queue) {
    idle = queue.queue().pollingInterval();
    limited = queue.isLimited();
  }

  /** Something has been put into the queue, or the queue has changed. */
  void signal() {
    look(true);
  }

  private void look(boolean isSaidToHaveWork) {
    synchronized (signal) {
      signalled = true;
      said |= isSaidToHaveWork;
      signal.notifyAll();
    }
  }

  /** Something of the queue has ended here: a place is free for another one. */
  private void ended() {
    if (limited) {
      look(false);
    }
  }

  private void work() {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    int failures = 0;
    Round round = new Round(null);
    Duration pause = Duration.ZERO;
    while (pauseUnlessClosed(pause)) {
      try {
        pause = round.dispatch();
        if (round.asked && failures > 0) {
          LOG.info("Taking work out of queue {} again", queueName);
          failures = 0;
        }
        round = round.next();
      } catch (RuntimeException failure) {
        if (failures++ == 0) {
          LOG.warn("Cannot take work out of queue {}; trying on", queueName, failure);
        }
        round = round.again();
        pause = outages.after(failures);
      }
    }
  }

  /** One claim and what comes of it. */
  private final class Round {
    private final @Nullable String lostToken;
    private @Nullable String token;
    private @Nullable Long retryAfterMillis;

    /** Whether the database was asked, and so what became of a lost claim is known. */
    private boolean asked;

    /**
     * Prepares one.
     *
     * @param lostToken of a claim of which it is not known whether it was made, or null
     */
    Round(@Nullable String lostToken) {
      this.lostToken = lostToken;
    }

    /** The round after this one, which did not fail. */
    Round next() {
      return new Round(asked ? null : lostToken);
    }

    /** The round after this one failed. */
    Round again() {
      return new Round(token == null ? lostToken : token);
    }

    /** How long to wait before the next one, unless it is told to look. */
    Duration dispatch() {
      int places = takePlaces();
      int used = 0;
      try {
        List<ReadyRun> ready = ready(places);
        ready.forEach(running::add);
        // From here on each run gives its place back by itself. Those of a lost claim may be more
        // than there are places now, and wait.
        used = Math.min(places, ready.size());
        ready.subList(0, used).forEach(engine::continueInPlace);
        ready.subList(used, ready.size()).forEach(engine::continueOnOwnThread);
        return used == places ? Duration.ZERO : rest();
      } finally {
        engine.permits().release(places - used);
      }
    }

    private Duration rest() {
      Backoff idling = new Backoff(idle, 1, idle, ThreadLocalRandom.current());
      Duration rest = idling.after(1);
      return retryAfterMillis == null || rest.toMillis() <= retryAfterMillis
          ? rest
          : Duration.ofMillis(retryAfterMillis);
    }

    private List<ReadyRun> ready(int places) {
      if (places == 0) {
        return List.of();
      }
      if (!engine.lease().isHeld()) {
        // What it was told of is still there when the lease is renewed.
        retryAfterMillis = engine.lease().interval().toMillis();
        return List.of();
      }
      asked = true;
      if (lostToken != null) {
        String lost = lostToken;
        List<ClaimedWorkflow> found =
            engine.systemDatabase().read(dsl -> QueueStore.claimed(dsl, lost));
        if (!found.isEmpty()) {
          return takeover.runs(found, lost);
        }
      }
      Claim claim = claim(places);
      if (isLookWorthIt()
          && !engine.systemDatabase().read(dsl -> QueueStore.hasWork(dsl, queueName, claim))) {
        return List.of();
      }
      token = claim.runToken();
      return takeover.runs(claimed(claim), claim.runToken());
    }

    private List<ClaimedWorkflow> claimed(Claim claim) {
      if (isInternal()) {
        return engine.systemDatabase().writeOne(dsl -> QueueStore.claim(dsl, queueName, claim));
      }
      if (!limited) {
        return engine
            .systemDatabase()
            .writeOne(dsl -> QueueStore.claimUnlimited(dsl, queueName, claim));
      }
      QueueLoad load = running.load();
      Taken taken =
          engine
              .systemDatabase()
              .write(
                  dsl ->
                      LimitedQueue.claim(dsl, queueName, claim, load, engine.settings().clock()));
      retryAfterMillis = taken.retryAfterMillis();
      limited = taken.isLimited();
      return taken.workflows();
    }
  }

  /**
   * Whether to see first if there is anything to claim: not when there is said to be, and not where
   * a claim is one statement that costs no more. On SQLite a claim waits for the turn to write.
   */
  private boolean isLookWorthIt() {
    return engine.systemDatabase().database().dialect() instanceof Dialect.Sqlite
        || (limited && !told);
  }

  private Claim claim(int limit) {
    EngineSettings settings = engine.settings();
    return new Claim(
        settings.executorId(),
        settings.applicationVersion(),
        settings.applicationName(),
        engine.workflowNames(),
        UUID.randomUUID().toString(),
        settings.clock().millis(),
        limit);
  }

  /** As many places as are free, at most a batch; waits a while for the first. */
  private int takePlaces() {
    try {
      if (!engine.permits().tryAcquire(IDLE.toMillis(), TimeUnit.MILLISECONDS)) {
        return 0;
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      stop();
      return 0;
    }
    int places = 1;
    while (places < BATCH && engine.permits().tryAcquire()) {
      places++;
    }
    return places;
  }

  private boolean pauseUnlessClosed(Duration pause) {
    long deadline = System.nanoTime() + pause.toNanos();
    synchronized (signal) {
      for (long left = pause.toMillis(); left > 0 && !signalled && !closed; ) {
        try {
          signal.wait(left);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
        left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      }
      told = said;
      said = false;
      signalled = false;
      return !closed;
    }
  }

  /** Claims nothing more. */
  void stop() {
    synchronized (signal) {
      closed = true;
      signal.notifyAll();
    }
  }

  /** Returns when what was claimed before it was stopped has been handed over to its runs. */
  void awaitStopped() {
    Thread working;
    synchronized (signal) {
      working = thread;
    }
    if (working != null) {
      try {
        working.join(Duration.ofSeconds(CLOSE_SECONDS));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
