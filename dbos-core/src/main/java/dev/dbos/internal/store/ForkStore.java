package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.STREAMS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_EVENTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_EVENTS_HISTORY;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.max;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.schema.tables.WorkflowEventsHistory;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/** Copies of workflows, made by the database itself. */
public final class ForkStore {
  private ForkStore() {}

  /**
   * A copy to be made.
   *
   * @param sourceId of which workflow
   * @param forkId the copy's id
   * @param firstStep the first step that the copy does itself
   * @param applicationVersion which version runs it, or null for that of the source
   * @param timeoutMillis how long it may take, or null
   * @param queueName where it waits
   * @param partitionKey in which part of the queue, or null
   */
  public record Fork(
      String sourceId,
      String forkId,
      int firstStep,
      @Nullable String applicationVersion,
      @Nullable Long timeoutMillis,
      String queueName,
      @Nullable String partitionKey) {}

  /** A step as far as it matters where to begin. */
  public record StepMark(int stepId, String name, boolean failed) {}

  /** The steps of a workflow, in their order. */
  public static List<StepMark> marks(DSLContext dsl, String workflowId) {
    return dsl.select(
            OPERATION_OUTPUTS.FUNCTION_ID,
            OPERATION_OUTPUTS.FUNCTION_NAME,
            OPERATION_OUTPUTS.ERROR.isNotNull())
        .from(OPERATION_OUTPUTS)
        .where(OPERATION_OUTPUTS.WORKFLOW_UUID.eq(workflowId))
        .orderBy(OPERATION_OUTPUTS.FUNCTION_ID)
        .fetch(row -> new StepMark(row.value1(), row.value2(), row.value3()));
  }

  /**
   * Makes a copy that waits in a queue; it has all that was recorded before its first step. Nothing
   * happens when its id is taken.
   *
   * @return whether it was made
   */
  public static boolean fork(
      DSLContext dsl, Fork fork, @Nullable String applicationName, long nowMillis) {
    if (!copyWorkflow(dsl, fork, applicationName, nowMillis)) {
      return false;
    }
    PayloadStore.copyInputs(dsl, List.of(fork.forkId()));
    dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.WAS_FORKED_FROM, true)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(fork.sourceId()))
        .execute();
    if (fork.firstStep() > 0) {
      copyRows(dsl, fork, OPERATION_OUTPUTS, OPERATION_OUTPUTS.WORKFLOW_UUID, isBefore(fork));
      copyRows(
          dsl,
          fork,
          WORKFLOW_EVENTS_HISTORY,
          WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID,
          WORKFLOW_EVENTS_HISTORY.FUNCTION_ID.lt(fork.firstStep()));
      copyLatestEvents(dsl, fork);
      copyRows(dsl, fork, STREAMS, STREAMS.WORKFLOW_UUID, STREAMS.FUNCTION_ID.lt(fork.firstStep()));
    }
    return true;
  }

  private static Condition isBefore(Fork fork) {
    return OPERATION_OUTPUTS.FUNCTION_ID.lt(fork.firstStep());
  }

  private static boolean copyWorkflow(
      DSLContext dsl, Fork fork, @Nullable String applicationName, long nowMillis) {
    Map<Field<?>, Field<?>> row = new LinkedHashMap<>();
    row.put(WORKFLOW_STATUS.WORKFLOW_UUID, val(fork.forkId()));
    row.put(WORKFLOW_STATUS.STATUS, inline(WorkflowState.ENQUEUED.name()));
    row.put(WORKFLOW_STATUS.QUEUE_NAME, val(fork.queueName()));
    row.put(
        WORKFLOW_STATUS.QUEUE_PARTITION_KEY,
        val(fork.partitionKey(), WORKFLOW_STATUS.QUEUE_PARTITION_KEY));
    row.put(WORKFLOW_STATUS.FORKED_FROM, WORKFLOW_STATUS.WORKFLOW_UUID);
    row.put(WORKFLOW_STATUS.CREATED_AT, val(nowMillis));
    row.put(WORKFLOW_STATUS.UPDATED_AT, val(nowMillis));
    row.put(WORKFLOW_STATUS.RECOVERY_ATTEMPTS, inline(0L));
    row.put(WORKFLOW_STATUS.PRIORITY, inline(0));
    row.put(
        WORKFLOW_STATUS.APPLICATION_VERSION,
        fork.applicationVersion() == null
            ? WORKFLOW_STATUS.APPLICATION_VERSION
            : val(fork.applicationVersion()));
    row.put(
        WORKFLOW_STATUS.APPLICATION_NAME,
        coalesce(WORKFLOW_STATUS.APPLICATION_NAME, val(applicationName, SQLDataType.CLOB)));
    row.put(WORKFLOW_STATUS.INPUTS, PayloadStore.inputs(PayloadStore.layout(dsl)));
    row.put(
        WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS,
        val(fork.timeoutMillis(), WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS));
    for (Field<?> same :
        List.of(
            WORKFLOW_STATUS.NAME,
            WORKFLOW_STATUS.CLASS_NAME,
            WORKFLOW_STATUS.CONFIG_NAME,
            WORKFLOW_STATUS.APPLICATION_ID,
            WORKFLOW_STATUS.SERIALIZATION,
            WORKFLOW_STATUS.AUTHENTICATED_USER,
            WORKFLOW_STATUS.ASSUMED_ROLE,
            WORKFLOW_STATUS.AUTHENTICATED_ROLES,
            WORKFLOW_STATUS.ATTRIBUTES)) {
      row.put(same, same);
    }
    return dsl.insertInto(WORKFLOW_STATUS)
            .columns(row.keySet())
            .select(
                select(row.values())
                    .from(WORKFLOW_STATUS)
                    .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(fork.sourceId())))
            .onConflictDoNothing()
            .execute()
        == 1;
  }

  /** Rows of {@code table} as they are, but for the workflow they belong to. */
  private static void copyRows(
      DSLContext dsl,
      Fork fork,
      Table<?> table,
      TableField<?, String> workflowId,
      Condition which) {
    List<Field<?>> columns = List.of(table.fields());
    List<Field<?>> values = new ArrayList<>(columns);
    values.replaceAll(column -> column.equals(workflowId) ? val(fork.forkId()) : column);
    dsl.insertInto(table)
        .columns(columns)
        .select(select(values).from(table).where(workflowId.eq(fork.sourceId())).and(which))
        .execute();
  }

  /** What each event was before the first step of the copy. */
  private static void copyLatestEvents(DSLContext dsl, Fork fork) {
    WorkflowEventsHistory earlier = WORKFLOW_EVENTS_HISTORY.as("earlier");
    dsl.insertInto(WORKFLOW_EVENTS)
        .columns(
            WORKFLOW_EVENTS.WORKFLOW_UUID,
            WORKFLOW_EVENTS.KEY,
            WORKFLOW_EVENTS.VALUE,
            WORKFLOW_EVENTS.SERIALIZATION)
        .select(
            select(
                    WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID,
                    WORKFLOW_EVENTS_HISTORY.KEY,
                    WORKFLOW_EVENTS_HISTORY.VALUE,
                    WORKFLOW_EVENTS_HISTORY.SERIALIZATION)
                .from(WORKFLOW_EVENTS_HISTORY)
                .where(WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID.eq(fork.forkId()))
                .and(
                    WORKFLOW_EVENTS_HISTORY.FUNCTION_ID.eq(
                        select(max(earlier.FUNCTION_ID))
                            .from(earlier)
                            .where(earlier.WORKFLOW_UUID.eq(fork.forkId()))
                            .and(earlier.KEY.eq(WORKFLOW_EVENTS_HISTORY.KEY)))))
        .execute();
  }

  /** Lets the copied steps of a fork name other children. */
  public static void replaceChildren(
      DSLContext dsl, String forkId, Map<String, String> replacements) {
    replacements.forEach(
        (child, replacement) ->
            dsl.update(OPERATION_OUTPUTS)
                .set(OPERATION_OUTPUTS.CHILD_WORKFLOW_ID, replacement)
                .where(OPERATION_OUTPUTS.WORKFLOW_UUID.eq(forkId))
                .and(OPERATION_OUTPUTS.CHILD_WORKFLOW_ID.eq(child))
                .execute());
  }
}
