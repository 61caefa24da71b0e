package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.NOTIFICATIONS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;

import dev.dbos.workflow.WorkflowState;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.DSLContext;

/** Workflows that come from another system database, or from the past of this one. */
public final class ArchiveStore {
  private ArchiveStore() {}

  /** Those of {@code workflowIds} that are there, with their incarnations. */
  public static Map<String, Long> incarnations(DSLContext dsl, Collection<String> workflowIds) {
    Map<String, Long> found = new HashMap<>();
    for (List<String> part : Chunks.of(workflowIds)) {
      found.putAll(
          dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.CREATED_AT)
              .from(WORKFLOW_STATUS)
              .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, part))
              .fetchMap(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.CREATED_AT));
    }
    return found;
  }

  /** Those of the ids of messages that are there. */
  public static Set<String> messages(DSLContext dsl, Collection<String> messageIds) {
    Set<String> found = new LinkedHashSet<>();
    for (List<String> part : Chunks.of(messageIds)) {
      found.addAll(
          dsl.select(NOTIFICATIONS.MESSAGE_UUID)
              .from(NOTIFICATIONS)
              .where(Chunks.among(dsl, NOTIFICATIONS.MESSAGE_UUID, part))
              .fetchSet(NOTIFICATIONS.MESSAGE_UUID));
    }
    return found;
  }

  /** The workflow that holds the deduplication id of a row in its queue; empty when it is free. */
  public static Optional<String> deduplicatedBy(DSLContext dsl, Map<String, Object> row) {
    Object deduplicationId = row.get(WORKFLOW_STATUS.DEDUPLICATION_ID.getName());
    Object queue = row.get(WORKFLOW_STATUS.QUEUE_NAME.getName());
    return deduplicationId == null || queue == null
        ? Optional.empty()
        : dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(WORKFLOW_STATUS.QUEUE_NAME.eq(queue.toString()))
            .and(WORKFLOW_STATUS.DEDUPLICATION_ID.eq(deduplicationId.toString()))
            .fetchOptional(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /**
   * The row of a workflow as it begins its life elsewhere: one that was running waits in its queue,
   * or in the one every process serves, since whoever ran it may not exist there. It keeps its
   * incarnation, by which its results in the databases of applications are known, and its deadline.
   */
  public static Map<String, Object> arriving(Map<String, Object> row) {
    if (!WorkflowState.PENDING.name().equals(row.get(WORKFLOW_STATUS.STATUS.getName()))) {
      return row;
    }
    Map<String, Object> arriving = new LinkedHashMap<>(row);
    arriving.put(WORKFLOW_STATUS.STATUS.getName(), WorkflowState.ENQUEUED.name());
    arriving.putIfAbsent(WORKFLOW_STATUS.QUEUE_NAME.getName(), ControlStore.INTERNAL_QUEUE);
    arriving.put(WORKFLOW_STATUS.RATE_LIMITED.getName(), false);
    arriving.remove(WORKFLOW_STATUS.OWNER_XID.getName());
    arriving.remove(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS.getName());
    return arriving;
  }

  /** Inserts rows of workflows, with what their layout keeps elsewhere. */
  public static long insertWorkflows(DSLContext dsl, List<Map<String, Object>> rows) {
    ArchiveTable.Inserter inserter = ArchiveTable.WORKFLOWS.new Inserter(dsl);
    rows.forEach(inserter::add);
    return inserter.finish();
  }

  /** The queue a row waits in. */
  public static String queueOf(Map<String, Object> row) {
    Object queue = row.get(WORKFLOW_STATUS.QUEUE_NAME.getName());
    return queue == null ? ControlStore.INTERNAL_QUEUE : queue.toString();
  }

  /** The id of a message. */
  public static String messageId(Map<String, Object> row) {
    return String.valueOf(row.get(NOTIFICATIONS.MESSAGE_UUID.getName()));
  }

  /** Whether a row is one of a workflow that has not ended. */
  public static boolean isUnfinished(Map<String, Object> row) {
    Object status = row.get(WORKFLOW_STATUS.STATUS.getName());
    return WorkflowState.PENDING.name().equals(status)
        || WorkflowState.ENQUEUED.name().equals(status)
        || WorkflowState.DELAYED.name().equals(status);
  }
}
