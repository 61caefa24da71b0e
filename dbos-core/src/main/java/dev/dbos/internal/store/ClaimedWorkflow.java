package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.selectOne;

import dev.dbos.internal.context.Inheritance;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.serialization.Payload;
import java.util.Comparator;
import java.util.List;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.jooq.impl.SQLDataType;
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
 * @param hasSteps false when it is known that no step is recorded
 */
public record ClaimedWorkflow(
    String workflowId,
    String name,
    Payload input,
    long createdAtMillis,
    long attempts,
    Inheritance inheritance,
    Place place,
    boolean hasSteps) {

  private static final Field<Boolean> HAS_STEPS = field(DSL.name("has_steps"), SQLDataType.BOOLEAN);

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

  /** The columns of one, to be selected or returned; its steps are to be looked for. */
  static List<Field<?>> fields(PayloadLayout layout) {
    return fields(layout, inline(true));
  }

  /**
   * The columns of one that leaves its queue, to be returned by the statement that claims it. While
   * it waits nobody can record a step of it, so that statement sees all there are.
   */
  static List<Field<?>> fieldsOfQueued(DSLContext dsl) {
    return fields(
        PayloadStore.layout(dsl),
        dsl.dialect() == SQLDialect.SQLITE
            ? inline(true)
            : field(
                exists(
                    selectOne()
                        .from(OPERATION_OUTPUTS)
                        .where(
                            OPERATION_OUTPUTS.WORKFLOW_UUID.eq(WORKFLOW_STATUS.WORKFLOW_UUID)))));
  }

  private static List<Field<?>> fields(PayloadLayout layout, Field<Boolean> hasSteps) {
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
        WORKFLOW_STATUS.QUEUE_PARTITION_KEY,
        hasSteps.as(HAS_STEPS));
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
        new Place(row.get(WORKFLOW_STATUS.PRIORITY), row.get(WORKFLOW_STATUS.QUEUE_PARTITION_KEY)),
        row.get(HAS_STEPS));
  }
}
