package dev.dbos.internal.engine;

import dev.dbos.internal.engine.Takeover.ReadyRun;
import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.store.Claim;
import dev.dbos.internal.store.ClaimedWorkflow;
import dev.dbos.internal.store.LeaseStore;
import dev.dbos.internal.store.LeaseStore.Sighting;
import dev.dbos.internal.store.QueueStore;
import dev.dbos.internal.store.WorkflowStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the unfinished workflows of executors that are dead, on one thread.
 *
 * <p>Dead is who gave its lease back, whose process is seen to have ended, or whose lease is over
 * by the database's clock and has not moved for three quarters of a lease while this executor
 * itself renewed its own in time. So nobody is taken for dead because the database was away,
 * because this process was paused, or because somebody's clock is wrong: each time the others get
 * the time to renew first.
 *
 * <p>Survivors claim side by side, each a batch in a transaction that keeps the lease from being
 * renewed before it ends. Workflows that were taken out of a queue go back into it. A claim of
 * which it is not known whether it was made is looked for by its token, since nobody else will take
 * over from an executor that lives.
 */
final class Failover implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Failover.class);
  private static final int BATCH = 100;
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration KEPT = Duration.ofHours(1);
  private static final Duration BETWEEN_CLEANINGS = Duration.ofMinutes(10);

  private final Engine engine;
  private final ExecutorLease lease;
  private final Rounds rounds;
  private final Map<String, Observation> observations = new HashMap<>();
  private final Set<String> told = new HashSet<>();
  private long lastLook = System.nanoTime();
  private long lastCleaning = lastLook;
  private @Nullable String unsure;
  private volatile int dead;
  private volatile int alive;

  /** A lease, and since when it has not moved. */
  private record Observation(Sighting sighting, long sinceNanos) {
    boolean isOf(Sighting now) {
      return sighting.incarnation().equals(now.incarnation())
          && sighting.expiresAtMillis() == now.expiresAtMillis();
    }
  }

  Failover(Engine engine, ExecutorLease lease) {
    this.engine = engine;
    this.lease = lease;
    this.rounds = new Rounds("takeover from dead executors", this::look, LONGEST_PAUSE);
  }

  /** How many other executors of this application and version were alive when last looked at. */
  int alive() {
    return alive;
  }

  /** How many had died with something left unfinished when last looked at. */
  int dead() {
    return dead;
  }

  /** Takes over at once from those that need no time to be found dead, then begins to look. */
  void start() {
    if (lease.isOn()) {
      look();
      rounds.start();
    }
  }

  /** Looks once; returns when to look again. */
  private Duration look() {
    if (lease.isSuperseded()) {
      return KEPT;
    }
    settleUnsure();
    List<Sighting> sightings =
        engine
            .systemDatabase()
            .read(dsl -> LeaseStore.others(dsl, lease.holder(), engine.settings().clock()));
    observe(sightings);
    List<Sighting> over = sightings.stream().filter(this::isDead).toList();
    alive = sightings.size() - over.size();
    dead = over.isEmpty() ? 0 : takeOver(over);
    clean();
    return untilNext(sightings);
  }

  private void observe(List<Sighting> sightings) {
    long now = System.nanoTime();
    if (now - lastLook > grace()) {
      observations.clear();
    }
    lastLook = now;
    Map<String, Observation> before = new HashMap<>(observations);
    observations.clear();
    for (Sighting sighting : sightings) {
      Observation known = before.get(sighting.executorId());
      observations.put(
          sighting.executorId(),
          known != null && known.isOf(sighting) ? known : new Observation(sighting, now));
    }
  }

  /** How long a lease has not to have moved. */
  private long grace() {
    return lease.lasting().toNanos() / 4 * 3;
  }

  private boolean isDead(Sighting sighting) {
    return sighting.isReleased()
        || Incarnation.isGone(sighting.incarnation())
        || (sighting.leftMillis() < 0 && lease.isHeld() && graceLeft(sighting) <= 0);
  }

  private long graceLeft(Sighting sighting) {
    Observation known = observations.get(sighting.executorId());
    long since = known == null ? lastLook : known.sinceNanos();
    return grace() - Math.min(lastLook - since, lastLook - lease.unbrokenSince());
  }

  /** As soon as somebody may turn out to be dead. */
  private Duration untilNext(List<Sighting> sightings) {
    long next = lease.interval().toNanos();
    for (Sighting sighting : sightings) {
      if (!isDead(sighting)) {
        long left =
            Math.max(TimeUnit.MILLISECONDS.toNanos(sighting.leftMillis()), graceLeft(sighting));
        next = Math.min(next, Math.max(0, left) + SOON.toNanos());
      }
    }
    return Duration.ofNanos(next);
  }

  /** Returns how many have left something that is not ours to take. */
  private int takeOver(List<Sighting> over) {
    Set<String> ids = over.stream().map(Sighting::executorId).collect(Collectors.toSet());
    Claim question = claim();
    Set<String> leaving =
        engine.systemDatabase().read(dsl -> WorkflowStore.unfinishedOf(dsl, question, ids));
    if (leaving.isEmpty()) {
      return 0;
    }
    warnOfUnregistered(question, leaving);
    List<Sighting> left =
        over.stream().filter(sighting -> leaving.contains(sighting.executorId())).toList();
    int taken = 0;
    int batch;
    do {
      batch = takeBatch(left);
      taken += batch;
    } while (batch >= BATCH && !rounds.isClosed());
    if (taken > 0) {
      LOG.info("Taking over {} workflows of dead executors {}", taken, leaving);
    }
    return leaving.size();
  }

  /** What was taken in one transaction. */
  private record Taken(List<ClaimedWorkflow> claimed, List<String> queues) {}

  private int takeBatch(List<Sighting> left) {
    Claim claim = claim();
    unsure = claim.runToken();
    Taken taken =
        engine
            .systemDatabase()
            .write(
                dsl -> {
                  List<String> ids = LeaseStore.lock(dsl, left);
                  return ids.isEmpty()
                      ? new Taken(List.of(), List.of())
                      : new Taken(
                          WorkflowStore.claim(dsl, claim, ids),
                          WorkflowStore.requeue(dsl, claim, ids));
                });
    resume(taken.claimed(), claim.runToken());
    unsure = null;
    if (!taken.queues().isEmpty()) {
      engine.requeued(taken.queues());
    }
    return Math.max(taken.claimed().size(), taken.queues().size());
  }

  private void settleUnsure() {
    String token = unsure;
    if (token != null) {
      resume(engine.systemDatabase().read(dsl -> QueueStore.claimed(dsl, token)), token);
      unsure = null;
    }
  }

  private void resume(List<ClaimedWorkflow> claimed, String runToken) {
    List<ReadyRun> ready = new Takeover(engine).runs(claimed, runToken);
    ready.forEach(engine::continueOnOwnThread);
  }

  /** Once for each executor. */
  private void warnOfUnregistered(Claim claim, Set<String> executorIds) {
    List<String> fresh = executorIds.stream().filter(id -> !told.contains(id)).toList();
    if (fresh.isEmpty()) {
      return;
    }
    List<String> names =
        engine.systemDatabase().read(dsl -> WorkflowStore.unregisteredNames(dsl, claim, fresh));
    Recovery.warnOfUnregistered(names);
    told.addAll(fresh);
  }

  /** Forgets the leases of those that died long ago. */
  private void clean() {
    long now = System.nanoTime();
    if (now - lastCleaning >= BETWEEN_CLEANINGS.toNanos()) {
      lastCleaning = now;
      int forgotten =
          engine
              .systemDatabase()
              .write(dsl -> LeaseStore.forget(dsl, KEPT, engine.settings().clock()));
      LOG.debug("Forgot {} leases", forgotten);
    }
  }

  private Claim claim() {
    return Recovery.claim(engine, UUID.randomUUID().toString(), BATCH);
  }

  /** Takes over nothing more. */
  void stop() {
    rounds.stop();
  }

  /** Takes nothing over any more; returns when what was taken has been handed to its runs. */
  @Override
  public void close() {
    rounds.close();
  }
}
