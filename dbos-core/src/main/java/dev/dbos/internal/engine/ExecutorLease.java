package dev.dbos.internal.engine;

import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.RunStopped.Reason;
import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.store.LeaseStore;
import dev.dbos.internal.store.LeaseStore.Holder;
import dev.dbos.observe.Health;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says of this executor that it is alive, on a thread that renews its lease four times in the time
 * it lasts.
 *
 * <p>What decides is the row and the database's clock: a lease that was over and that nobody used
 * is simply renewed. This process, for its part, takes it to be over by its own clock, counted from
 * before the renewal was sent, so never later than others do: from then until it has been renewed
 * no operation of a workflow begins and nothing is taken out of queues. After a renewal that came
 * too late the runs look at their rows before they go on, and those whose workflows were taken over
 * stop. So a process that was paused for hours does nothing that anybody else has to undo; what it
 * was in the middle of is refused by the fence of each write.
 */
final class ExecutorLease implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorLease.class);
  private static final int RENEWALS = 4;
  private static final Duration IDLE = Duration.ofHours(1);

  /** Soon enough for the grace that others give after an outage. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final Engine engine;
  private final @Nullable Duration lasting;
  private final Holder holder;
  private final ReentrantLock lock = new ReentrantLock();
  private final Rounds rounds;
  private CompletableFuture<@Nullable Void> renewed = new CompletableFuture<>();
  private volatile long heldUntil;
  private volatile long unbrokenSince;
  private volatile boolean superseded;
  private volatile boolean failing;
  private long expiresAtMillis;
  private boolean closed;

  ExecutorLease(Engine engine) {
    this.engine = engine;
    EngineSettings settings = engine.settings();
    this.lasting = settings.identity().lease();
    this.holder =
        new Holder(
            settings.executorId(),
            lasting == null ? "" : Incarnation.begin(),
            settings.applicationName(),
            settings.applicationVersion());
    this.rounds = new Rounds("renewal of the lease", this::round, LONGEST_PAUSE, this::release);
  }

  /** Whether this executor has one at all. */
  boolean isOn() {
    return lasting != null;
  }

  Holder holder() {
    return holder;
  }

  /** How long it lasts. */
  Duration lasting() {
    return lasting == null ? Duration.ZERO : lasting;
  }

  /** How often it is renewed. */
  Duration interval() {
    return lasting().dividedBy(RENEWALS);
  }

  /** Since when it has been renewed in time, in terms of {@code System.nanoTime()}. */
  long unbrokenSince() {
    return unbrokenSince;
  }

  /** Whether it cannot be renewed at present. */
  boolean isFailing() {
    return failing;
  }

  /** Whether another process of the same id has it, for good. */
  boolean isSuperseded() {
    return superseded;
  }

  /** Whether it has not expired yet, as far as this process can tell; also without a lease. */
  boolean isHeld() {
    return lasting == null || (!superseded && System.nanoTime() - heldUntil < 0);
  }

  /** Completes when it is held again or lost for good; empty while it is held. */
  Optional<CompletableFuture<@Nullable Void>> lapsed() {
    if (isHeld()) {
      return Optional.empty();
    }
    lock.lock();
    try {
      if (isHeld() || superseded || closed) {
        return Optional.empty();
      }
      rounds.signal();
      return Optional.of(renewed);
    } finally {
      lock.unlock();
    }
  }

  /** Takes it; before that nothing may be started. */
  void take() {
    if (lasting == null) {
      return;
    }
    long sentAt = System.nanoTime();
    Optional<String> other =
        engine.systemDatabase().read(dsl -> LeaseStore.incarnation(dsl, holder.executorId()));
    other
        .filter(incarnation -> !Incarnation.isGone(incarnation))
        .ifPresent(
            incarnation ->
                LOG.info(
                    "Executor id {} was another process's, which loses it if it still lives",
                    holder.executorId()));
    held(sentAt, takeNow(lasting));
    unbrokenSince = sentAt;
  }

  private long takeNow(Duration duration) {
    return engine
        .systemDatabase()
        .writeAlone(
            interval(), dsl -> LeaseStore.take(dsl, holder, duration, engine.settings().clock()));
  }

  private void held(long sentAt, long until) {
    lock.lock();
    try {
      expiresAtMillis = until;
      heldUntil = sentAt + lasting().toNanos();
      CompletableFuture<@Nullable Void> waiting = renewed;
      renewed = new CompletableFuture<>();
      waiting.complete(null);
    } finally {
      lock.unlock();
    }
  }

  /** Begins to renew it. */
  void start() {
    if (lasting != null) {
      rounds.start();
    }
  }

  private Duration round() {
    if (superseded) {
      return IDLE;
    }
    try {
      renew(lasting());
      failing = false;
      return interval();
    } catch (RuntimeException failure) {
      failing = true;
      throw failure;
    }
  }

  private void renew(Duration duration) {
    long sentAt = System.nanoTime();
    Optional<Long> until =
        engine
            .systemDatabase()
            .writeAlone(
                interval(),
                dsl -> LeaseStore.renew(dsl, holder, duration, engine.settings().clock()));
    if (until.isEmpty()) {
      lost(sentAt, duration);
      return;
    }
    boolean late = !isHeld() || until.get() - duration.toMillis() > expiresAtMillis;
    if (late) {
      LOG.warn(
          "The lease of executor {} had expired; its workflows go on unless others took them over",
          holder.executorId());
      engine.runs().look();
      unbrokenSince = sentAt;
    }
    held(sentAt, until.get());
  }

  /** The row is gone, as after the database was emptied, or it is another process's. */
  private void lost(long sentAt, Duration duration) {
    Optional<String> owner =
        engine.systemDatabase().read(dsl -> LeaseStore.incarnation(dsl, holder.executorId()));
    if (owner.isEmpty()) {
      long until = takeNow(duration);
      engine.runs().look();
      unbrokenSince = sentAt;
      held(sentAt, until);
    } else if (!owner.get().equals(holder.incarnation())) {
      LOG.error(
          "Another process runs as executor {} now, so this one stops its workflows and begins no"
              + " others. Give each process an executorId(...) of its own",
          holder.executorId());
      superseded = true;
      engine.runs().executing().forEach(run -> run.stop(Reason.NOT_OWNER));
      held(sentAt, expiresAtMillis);
    }
  }

  /**
   * Waits until it is held, on behalf of somebody who wants to begin something.
   *
   * @throws DbosClosedException when another process has it for good
   */
  void await() {
    lapsed().ifPresent(CompletableFuture::join);
    if (superseded) {
      throw new DbosClosedException(
          "Another process runs as executor "
              + holder.executorId()
              + " now; nothing can be started here. Give each process an executorId(...) of its"
              + " own, and launch again.");
    }
  }

  /** How it stands. */
  Health.Lease health() {
    Health.Lease.State state =
        lasting == null
            ? Health.Lease.State.OFF
            : superseded
                ? Health.Lease.State.TAKEN
                : isHeld() ? Health.Lease.State.HELD : Health.Lease.State.EXPIRED;
    Failover failover = engine.background().failover();
    return new Health.Lease(holder.executorId(), state, failover.alive(), failover.dead());
  }

  /** Renews it no more, and gives it back, so that others take over at once what is left. */
  void stop() {
    rounds.stop();
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      renewed.complete(null);
    } finally {
      lock.unlock();
    }
    rounds.close();
    if (lasting != null) {
      Incarnation.end(holder.incarnation());
    }
  }

  private void release() {
    if (failing) {
      return;
    }
    try {
      engine
          .systemDatabase()
          .writeAlone(
              interval(),
              dsl -> {
                LeaseStore.release(dsl, holder);
                return List.of();
              });
    } catch (RuntimeException unreachable) {
      LOG.debug("The lease of executor {} expires by itself", holder.executorId(), unreachable);
    }
  }
}
