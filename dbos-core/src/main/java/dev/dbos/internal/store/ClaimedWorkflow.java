package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;

import dev.dbos.internal.context.Inheritance;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.serialization.Payload;
import java.util.Comparator;
import java.util.List;
import org.jooq.Field;
import org.jooq.Record;
import org.jspecify.annotations.Nullable;

/**
 * An unfinished workflow that this process took over.
 *
 * @param workflowId its id
 * @param name its name
 * @param input its input, as stored
 * @param createdAtMillis when its row was made, epoch ms
 * @param attempts how many times it was started or recovered, this time included
 * @param inheritance its deadline and whom it runs for
 * @param place where in its queue it waited
 */
public record ClaimedWorkflow(
    String workflowId,
    String name,
    Payload input,
    long createdAtMillis,
    long attempts,
    Inheritance inheritance,
    Place place) {

  /**
   * A place in a queue.
   *
   * @param priority smaller is sooner
   * @param partitionKey the part of the queue, or null
   */
  public record Place(int priority, @Nullable String partitionKey) {}

  /** As they leave their queue. */
  static final Comparator<ClaimedWorkflow> IN_ORDER =
      Comparator.comparingInt((ClaimedWorkflow workflow) -> workflow.place().priority())
          .thenComparingLong(ClaimedWorkflow::createdAtMillis)
          .thenComparing(ClaimedWorkflow::workflowId);

  /** The columns of one, to be selected or returned. */
  static List<Field<?>> fields(PayloadLayout layout) {
    return List.of(
        WORKFLOW_STATUS.WORKFLOW_UUID,
        WORKFLOW_STATUS.NAME,
        PayloadStore.inputs(layout),
        WORKFLOW_STATUS.SERIALIZATION,
        WORKFLOW_STATUS.CREATED_AT,
        WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
        WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS,
        WORKFLOW_STATUS.AUTHENTICATED_USER,
        WORKFLOW_STATUS.ASSUMED_ROLE,
        WORKFLOW_STATUS.AUTHENTICATED_ROLES,
        WORKFLOW_STATUS.PRIORITY,
        WORKFLOW_STATUS.QUEUE_PARTITION_KEY);
  }

  static ClaimedWorkflow of(Record row) {
    return new ClaimedWorkflow(
        row.get(WORKFLOW_STATUS.WORKFLOW_UUID),
        row.get(WORKFLOW_STATUS.NAME),
        new Payload(row.get(WORKFLOW_STATUS.INPUTS), null, row.get(WORKFLOW_STATUS.SERIALIZATION)),
        row.get(WORKFLOW_STATUS.CREATED_AT),
        row.get(WORKFLOW_STATUS.RECOVERY_ATTEMPTS),
        new Inheritance(
            row.get(WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS),
            row.get(WORKFLOW_STATUS.AUTHENTICATED_USER),
            row.get(WORKFLOW_STATUS.ASSUMED_ROLE),
            row.get(WORKFLOW_STATUS.AUTHENTICATED_ROLES)),
        new Place(row.get(WORKFLOW_STATUS.PRIORITY), row.get(WORKFLOW_STATUS.QUEUE_PARTITION_KEY)));
  }
}
