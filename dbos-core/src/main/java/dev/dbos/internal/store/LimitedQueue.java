package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.JAVA_EXECUTOR_LEASES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.count;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import dev.dbos.internal.context.Moments;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.RateLimit;
import dev.dbos.workflow.WorkflowState;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Record3;
import org.jspecify.annotations.Nullable;

/**
 * Takes workflows out of a queue that has limits, as many as they allow.
 *
 * <p>What is running, and what was started in a period, is counted in the same transaction that
 * takes more, and the transaction holds the lock of the queue's row while it does: so of several
 * processes each sees what the others took, the limits are exact, and none of them fails for
 * another one's sake. On SQLite a writing transaction is alone anyway. Others than this library do
 * not take that lock; those rows are compared once more when they are taken.
 */
public final class LimitedQueue {
  private final DSLContext dsl;
  private final Queue queue;
  private final Claim claim;
  private final InstantSource clock;
  private final long nowMillis;
  private final Map<Field<?>, Object> marks = new HashMap<>();
  private long retryAtMillis = Long.MAX_VALUE;

  private LimitedQueue(
      DSLContext dsl, RegisteredQueue registered, Claim claim, InstantSource clock) {
    this.dsl = dsl;
    this.queue = registered.queue();
    this.claim = claim;
    this.clock = clock;
    // After the lock, so that it is not before what others started meanwhile.
    this.nowMillis = DatabaseTime.read(dsl, clock);
    if (registered.isRateLimited()) {
      marks.put(WORKFLOW_STATUS.RATE_LIMITED, true);
    }
  }

  /**
   * What came of a claim.
   *
   * @param queue the queue as it is registered, or null when it is not any more
   * @param workflows what was taken
   * @param retryAfterMillis when a period is over that kept more from being taken, or null
   */
  public record Taken(
      @Nullable RegisteredQueue queue,
      List<ClaimedWorkflow> workflows,
      @Nullable Long retryAfterMillis) {
    /** Whether the queue has limits; it had, when it is not registered any more. */
    public boolean isLimited() {
      return queue == null || queue.isLimited();
    }
  }

  /**
   * Takes what the limits of a queue allow.
   *
   * @param claim whose {@code limit} is the most to take
   * @param load what this process is running of it
   * @param clock the time, where the database has none that all processes share
   */
  public static Taken claim(
      DSLContext dsl, String queueName, Claim claim, QueueLoad load, InstantSource clock) {
    Optional<RegisteredQueue> found = QueueRegistry.find(dsl, queueName);
    if (found.isPresent() && found.get().sharesBudget()) {
      found = QueueRegistry.lock(dsl, queueName);
    }
    if (found.isEmpty()) {
      return new Taken(null, List.of(), null);
    }
    RegisteredQueue registered = found.get();
    if (!registered.isLimited()) {
      return new Taken(registered, QueueStore.claim(dsl, queueName, claim), null);
    }
    LimitedQueue limited = new LimitedQueue(dsl, registered, claim, clock);
    List<ClaimedWorkflow> taken = limited.take(load);
    return new Taken(
        registered,
        taken,
        limited.retryAtMillis == Long.MAX_VALUE
            ? null
            : (Long) Math.max(1, limited.retryAtMillis - limited.nowMillis));
  }

  private List<ClaimedWorkflow> take(QueueLoad load) {
    int room = room(load);
    if (room <= 0) {
      return List.of();
    }
    List<String> ids =
        queue.isPartitioned()
            ? new QueuePartitions(this, room, load).ids()
            : dsl.fetch(QueueStore.first(QueueStore.isClaimable(queue.name(), claim), room))
                .map(Record1::value1);
    if (ids.isEmpty()) {
      return List.of();
    }
    // Not before the end of any that was not counted any more.
    marks.put(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS, DatabaseTime.nowMillis(dsl, clock));
    return QueueStore.take(
        dsl,
        claim,
        WORKFLOW_STATUS
            .WORKFLOW_UUID
            .in(ids)
            .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.ENQUEUED.name()))),
        marks);
  }

  /** How many the limits of the whole queue allow. */
  private int room(QueueLoad load) {
    int room = claim.limit();
    if (queue.workerConcurrency().isPresent()) {
      room = Math.min(room, queue.workerConcurrency().getAsInt() - load.total());
    }
    if (room > 0 && queue.concurrency().isPresent()) {
      int running = dsl.fetchCount(WORKFLOW_STATUS, isRunning());
      room = Math.min(room, queue.concurrency().getAsInt() - running);
    }
    if (room > 0 && queue.rateLimit().isPresent()) {
      RateLimit limit = queue.rateLimit().get();
      room = Math.min(room, allowed(limit, starts(limit)));
    }
    return room;
  }

  DSLContext dsl() {
    return dsl;
  }

  Queue queue() {
    return queue;
  }

  Claim claim() {
    return claim;
  }

  /** What is running in processes that are alive. */
  Condition isRunning() {
    return WORKFLOW_STATUS
        .QUEUE_NAME
        .eq(queue.name())
        .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
        .and(
            notExists(
                selectOne()
                    .from(JAVA_EXECUTOR_LEASES)
                    .where(JAVA_EXECUTOR_LEASES.EXECUTOR_ID.eq(WORKFLOW_STATUS.EXECUTOR_ID))
                    .and(JAVA_EXECUTOR_LEASES.EXPIRES_AT.lt(nowMillis))));
  }

  /** How many of each partition are running; those without a key under {@code NO_KEY}. */
  Map<String, Integer> running() {
    Field<String> key = coalesce(WORKFLOW_STATUS.QUEUE_PARTITION_KEY, inline(QueueLoad.NO_KEY));
    return dsl.select(key, count())
        .from(WORKFLOW_STATUS)
        .where(isRunning())
        .groupBy(key)
        .fetchMap(key, count());
  }

  /**
   * Starts in a period.
   *
   * @param count how many
   * @param firstMillis when the first of them was, epoch ms
   */
  record Starts(int count, long firstMillis) {
    static final Starts NONE = new Starts(0, Long.MAX_VALUE);
  }

  private Starts starts(RateLimit limit) {
    return dsl.select(count(), min(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS))
        .from(WORKFLOW_STATUS)
        .where(isStartedWithin(limit))
        .fetchSingle(row -> starts(row.value1(), row.value2()));
  }

  /** Those of each partition; those without a key under {@code NO_KEY}. */
  Map<String, Starts> startsByPartition(RateLimit limit) {
    Field<String> key = coalesce(WORKFLOW_STATUS.QUEUE_PARTITION_KEY, inline(QueueLoad.NO_KEY));
    return dsl.select(key, count(), min(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS))
        .from(WORKFLOW_STATUS)
        .where(isStartedWithin(limit))
        .groupBy(key)
        .fetchMap(Record3::value1, row -> starts(row.value2(), row.value3()));
  }

  private static Starts starts(int count, @Nullable Long firstMillis) {
    return firstMillis == null ? Starts.NONE : new Starts(count, firstMillis);
  }

  private Condition isStartedWithin(RateLimit limit) {
    return WORKFLOW_STATUS
        .QUEUE_NAME
        .eq(queue.name())
        .and(WORKFLOW_STATUS.RATE_LIMITED.eq(inline(true)))
        .and(
            WORKFLOW_STATUS.STATUS.notIn(
                inline(WorkflowState.ENQUEUED.name()), inline(WorkflowState.DELAYED.name())))
        .and(
            WORKFLOW_STATUS.STARTED_AT_EPOCH_MS.gt(
                nowMillis - Moments.durationMillis(limit.period())));
  }

  /** How many more may start now; remembers when the next one may, if none. */
  int allowed(RateLimit limit, Starts starts) {
    int allowed = limit.starts() - starts.count();
    if (allowed <= 0) {
      retryAtMillis =
          Math.min(retryAtMillis, starts.firstMillis() + Moments.durationMillis(limit.period()));
    }
    return allowed;
  }
}
