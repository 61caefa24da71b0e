package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.dbos.internal.store.LimitedQueue.Starts;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.RateLimit;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Which workflows of a queue the limits of its partitions allow to start. When the queue as a whole
 * has less room than its partitions, chance decides among them, so that none starves.
 */
final class QueuePartitions {
  /** How many partitions one statement looks into. */
  private static final int AT_ONCE = 50;

  private final LimitedQueue limited;
  private final Queue queue;
  private final int room;
  private final QueueLoad load;

  QueuePartitions(LimitedQueue limited, int room, QueueLoad load) {
    this.limited = limited;
    this.queue = limited.queue();
    this.room = room;
    this.load = load;
  }

  /** A partition and how many of it may start. */
  private record Open(String key, int room) {}

  /** The ids of those that may start. */
  List<String> ids() {
    List<Open> open = open();
    Collections.shuffle(open, ThreadLocalRandom.current());
    List<String> ids = new ArrayList<>();
    for (int from = 0; from < open.size() && ids.size() < room; from += AT_ONCE) {
      ids.addAll(first(open.subList(from, Math.min(open.size(), from + AT_ONCE))));
    }
    return ids.size() > room ? ids.subList(0, room) : ids;
  }

  private List<Open> open() {
    Map<String, Integer> running =
        queue.partitionConcurrency().isPresent() ? limited.running() : Map.of();
    Map<String, Starts> starts =
        queue.partitionRateLimit().map(limited::startsByPartition).orElse(Map.of());
    List<Open> open = new ArrayList<>();
    for (String key : keys()) {
      int allowed = room;
      if (queue.partitionConcurrency().isPresent()) {
        int most = queue.partitionConcurrency().getAsInt();
        allowed = Math.min(allowed, most - running.getOrDefault(key, 0));
      }
      if (queue.partitionWorkerConcurrency().isPresent()) {
        int most = queue.partitionWorkerConcurrency().getAsInt();
        allowed = Math.min(allowed, most - load.of(key));
      }
      if (allowed > 0 && queue.partitionRateLimit().isPresent()) {
        RateLimit limit = queue.partitionRateLimit().get();
        allowed = Math.min(allowed, limited.allowed(limit, starts.getOrDefault(key, Starts.NONE)));
      }
      if (allowed > 0) {
        open.add(new Open(key, allowed));
      }
    }
    return open;
  }

  private List<String> first(List<Open> partitions) {
    Select<Record1<String>> all = null;
    for (int i = 0; i < partitions.size(); i++) {
      Open partition = partitions.get(i);
      Table<Record1<String>> heads =
          QueueStore.first(
                  QueueStore.isClaimable(queue.name(), limited.claim()).and(isOf(partition.key())),
                  partition.room())
              .asTable("p" + i);
      Select<Record1<String>> one = select(heads.field(WORKFLOW_STATUS.WORKFLOW_UUID)).from(heads);
      all = all == null ? one : all.unionAll(one);
    }
    return all == null ? List.of() : limited.dsl().fetch(all).map(Record1::value1);
  }

  private static Condition isOf(String key) {
    return key.equals(QueueLoad.NO_KEY)
        ? WORKFLOW_STATUS
            .QUEUE_PARTITION_KEY
            .isNull()
            .or(WORKFLOW_STATUS.QUEUE_PARTITION_KEY.eq(key))
        : WORKFLOW_STATUS.QUEUE_PARTITION_KEY.eq(key);
  }

  /**
   * The keys of what waits: from each the index leads to the next, so that it costs a step for each
   * key and not for each workflow.
   */
  private List<String> keys() {
    Field<String> key = field(name("keys", "k"), SQLDataType.CLOB);
    CommonTableExpression<Record1<String>> keys =
        name("keys")
            .fields("k")
            .as(
                select(next(null))
                    .unionAll(select(next(key)).from(table(name("keys"))).where(key.isNotNull())));
    Set<String> found =
        new LinkedHashSet<>(
            limited
                .dsl()
                .withRecursive(keys)
                .select(key)
                .from(keys)
                .where(key.isNotNull())
                .fetch(key));
    if (limited
        .dsl()
        .fetchExists(
            select(inline(1))
                .from(WORKFLOW_STATUS)
                .where(isWaiting())
                .and(WORKFLOW_STATUS.QUEUE_PARTITION_KEY.isNull()))) {
      found.add(QueueLoad.NO_KEY);
    }
    return List.copyOf(found);
  }

  private Field<String> next(@Nullable Field<String> after) {
    Condition behind =
        after == null
            ? WORKFLOW_STATUS.QUEUE_PARTITION_KEY.isNotNull()
            : WORKFLOW_STATUS.QUEUE_PARTITION_KEY.gt(after);
    return field(
        select(min(WORKFLOW_STATUS.QUEUE_PARTITION_KEY))
            .from(WORKFLOW_STATUS)
            .where(isWaiting())
            .and(behind));
  }

  private Condition isWaiting() {
    return WORKFLOW_STATUS
        .QUEUE_NAME
        .eq(queue.name())
        .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.ENQUEUED.name())));
  }
}
