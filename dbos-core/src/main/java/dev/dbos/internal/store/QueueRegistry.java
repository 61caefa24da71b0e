package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.QUEUES;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.not;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.dbos.workflow.Queue;
import dev.dbos.workflow.RateLimit;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.SelectConditionStep;
import org.jspecify.annotations.Nullable;

/** The settings of queues. */
public final class QueueRegistry {
  private static final List<Field<?>> FIELDS =
      List.of(
          QUEUES.NAME,
          QUEUES.CONCURRENCY,
          QUEUES.WORKER_CONCURRENCY,
          QUEUES.RATE_LIMIT_MAX,
          QUEUES.RATE_LIMIT_PERIOD_SEC,
          QUEUES.PARTITION_QUEUE,
          QUEUES.PARTITION_CONCURRENCY,
          QUEUES.PARTITION_WORKER_CONCURRENCY,
          QUEUES.PARTITION_RATE_LIMIT_MAX,
          QUEUES.PARTITION_RATE_LIMIT_PERIOD_SEC,
          QUEUES.POLLING_INTERVAL_SEC,
          QUEUES.APPLICATION_NAME);

  private QueueRegistry() {}

  /** The queues of an application and those of none, or with null all, by name. */
  public static List<RegisteredQueue> list(DSLContext dsl, @Nullable String applicationName) {
    Condition mine =
        applicationName == null
            ? noCondition()
            : QUEUES.APPLICATION_NAME.eq(applicationName).or(QUEUES.APPLICATION_NAME.isNull());
    return dsl.select(FIELDS)
        .from(QUEUES)
        .where(mine)
        .orderBy(QUEUES.NAME)
        .fetch(QueueRegistry::registered);
  }

  /** One queue. */
  public static Optional<RegisteredQueue> find(DSLContext dsl, String name) {
    return row(dsl, name).fetchOptional(QueueRegistry::registered);
  }

  /** One queue; nobody else can lock or change it before this transaction ends. */
  public static Optional<RegisteredQueue> lock(DSLContext dsl, String name) {
    return (dsl.dialect() == SQLDialect.SQLITE ? row(dsl, name) : row(dsl, name).forNoKeyUpdate())
        .fetchOptional(QueueRegistry::registered);
  }

  /** Whether a queue is registered and has no {@link RegisteredQueue#isLimited limits}. */
  static Condition isUnlimited(String name) {
    return exists(
        selectOne()
            .from(QUEUES)
            .where(QUEUES.NAME.eq(name))
            .and(QUEUES.CONCURRENCY.isNull())
            .and(QUEUES.WORKER_CONCURRENCY.isNull())
            .and(QUEUES.RATE_LIMIT_MAX.isNull())
            .and(not(QUEUES.PARTITION_QUEUE))
            .and(QUEUES.PARTITION_CONCURRENCY.isNull())
            .and(QUEUES.PARTITION_WORKER_CONCURRENCY.isNull())
            .and(QUEUES.PARTITION_RATE_LIMIT_MAX.isNull()));
  }

  private static SelectConditionStep<Record> row(DSLContext dsl, String name) {
    return dsl.select(FIELDS).from(QUEUES).where(QUEUES.NAME.eq(name));
  }

  /** Registers a queue; false when there is one of its name. */
  public static boolean insert(
      DSLContext dsl, Queue queue, @Nullable String applicationName, long nowMillis) {
    Map<Field<?>, Field<?>> row = settings(queue);
    row.put(QUEUES.QUEUE_ID, val(UUID.randomUUID().toString()));
    row.put(QUEUES.NAME, val(queue.name()));
    row.put(QUEUES.APPLICATION_NAME, val(applicationName, QUEUES.APPLICATION_NAME));
    row.put(QUEUES.CREATED_AT, val(nowMillis));
    row.put(QUEUES.UPDATED_AT, val(nowMillis));
    return dsl.insertInto(QUEUES).set(row).onConflictDoNothing().execute() == 1;
  }

  /** Changes the settings of a queue, and whose it is if it was nobody's; false without one. */
  public static boolean update(
      DSLContext dsl, Queue queue, @Nullable String applicationName, long nowMillis) {
    Map<Field<?>, Field<?>> row = settings(queue);
    if (applicationName != null) {
      row.put(QUEUES.APPLICATION_NAME, val(applicationName));
    }
    row.put(QUEUES.UPDATED_AT, val(nowMillis));
    return dsl.update(QUEUES).set(row).where(QUEUES.NAME.eq(queue.name())).execute() == 1;
  }

  /** Removes a queue; what waits in it stays. False when there is none. */
  public static boolean delete(DSLContext dsl, String name) {
    return dsl.deleteFrom(QUEUES).where(QUEUES.NAME.eq(name)).execute() == 1;
  }

  /** Priorities always count here; others look at whether the queue says so. */
  private static Map<Field<?>, Field<?>> settings(Queue queue) {
    Map<Field<?>, Field<?>> row = new LinkedHashMap<>();
    put(row, QUEUES.CONCURRENCY, orNull(queue.concurrency()));
    put(row, QUEUES.WORKER_CONCURRENCY, orNull(queue.workerConcurrency()));
    put(row, QUEUES.RATE_LIMIT_MAX, starts(queue.rateLimit()));
    put(row, QUEUES.RATE_LIMIT_PERIOD_SEC, period(queue.rateLimit()));
    put(row, QUEUES.PRIORITY_ENABLED, true);
    put(row, QUEUES.PARTITION_QUEUE, false);
    put(row, QUEUES.PARTITION_CONCURRENCY, orNull(queue.partitionConcurrency()));
    put(row, QUEUES.PARTITION_WORKER_CONCURRENCY, orNull(queue.partitionWorkerConcurrency()));
    put(row, QUEUES.PARTITION_RATE_LIMIT_MAX, starts(queue.partitionRateLimit()));
    put(row, QUEUES.PARTITION_RATE_LIMIT_PERIOD_SEC, period(queue.partitionRateLimit()));
    put(row, QUEUES.POLLING_INTERVAL_SEC, seconds(queue.pollingInterval()));
    return row;
  }

  private static <T> void put(Map<Field<?>, Field<?>> row, Field<T> column, @Nullable T value) {
    row.put(column, val(value, column));
  }

  private static @Nullable Integer orNull(OptionalInt limit) {
    return limit.isPresent() ? (Integer) limit.getAsInt() : null;
  }

  private static @Nullable Integer starts(Optional<RateLimit> limit) {
    return limit.map(RateLimit::starts).orElse(null);
  }

  private static @Nullable Double period(Optional<RateLimit> limit) {
    return limit.map(rate -> seconds(rate.period())).orElse(null);
  }

  private static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos(Math.max(1_000_000, Math.round(seconds * 1e9)));
  }

  private static RegisteredQueue registered(Record row) {
    return new RegisteredQueue(queue(row), row.get(QUEUES.APPLICATION_NAME));
  }

  /**
   * Others may have written what we would refuse: that becomes the nearest sense. A queue of the
   * older kind of partitions has one set of limits, which is each partition's.
   */
  private static Queue queue(Record row) {
    Queue queue =
        Queue.named(row.get(QUEUES.NAME))
            .withPollingInterval(duration(row.get(QUEUES.POLLING_INTERVAL_SEC)));
    Integer concurrency = positive(row.get(QUEUES.CONCURRENCY));
    Integer worker = atMost(positive(row.get(QUEUES.WORKER_CONCURRENCY)), concurrency);
    RateLimit rate = rate(row, QUEUES.RATE_LIMIT_MAX, QUEUES.RATE_LIMIT_PERIOD_SEC);
    Integer partition = positive(row.get(QUEUES.PARTITION_CONCURRENCY));
    Integer partitionWorker =
        atMost(positive(row.get(QUEUES.PARTITION_WORKER_CONCURRENCY)), partition);
    RateLimit partitionRate =
        rate(row, QUEUES.PARTITION_RATE_LIMIT_MAX, QUEUES.PARTITION_RATE_LIMIT_PERIOD_SEC);
    boolean olderPartitions =
        row.get(QUEUES.PARTITION_QUEUE)
            && partition == null
            && partitionWorker == null
            && partitionRate == null;
    return olderPartitions
        ? withPartitionLimits(queue, concurrency, worker, rate)
        : withPartitionLimits(
            withLimits(queue, concurrency, worker, rate),
            partition,
            partitionWorker,
            partitionRate);
  }

  private static Queue withLimits(
      Queue queue,
      @Nullable Integer concurrency,
      @Nullable Integer worker,
      @Nullable RateLimit rate) {
    Queue limited = queue;
    if (concurrency != null) {
      limited = limited.withConcurrency(concurrency);
    }
    if (worker != null) {
      limited = limited.withWorkerConcurrency(worker);
    }
    return rate == null ? limited : limited.withRateLimit(rate.starts(), rate.period());
  }

  private static Queue withPartitionLimits(
      Queue queue,
      @Nullable Integer concurrency,
      @Nullable Integer worker,
      @Nullable RateLimit rate) {
    Queue limited = queue;
    if (concurrency != null) {
      limited = limited.withPartitionConcurrency(concurrency);
    }
    if (worker != null) {
      limited = limited.withPartitionWorkerConcurrency(worker);
    }
    return rate == null ? limited : limited.withPartitionRateLimit(rate.starts(), rate.period());
  }

  private static @Nullable Integer positive(@Nullable Integer limit) {
    return limit == null ? null : (Integer) Math.max(1, limit);
  }

  private static @Nullable Integer atMost(@Nullable Integer limit, @Nullable Integer most) {
    return limit == null || most == null ? limit : (Integer) Math.min(limit, most);
  }

  private static @Nullable RateLimit rate(
      Record row, Field<Integer> starts, Field<Double> seconds) {
    Integer most = positive(row.get(starts));
    Double period = row.get(seconds);
    return most == null || period == null ? null : new RateLimit(most, duration(period));
  }
}
