package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.cast;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.SQLDialect;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Changes to workflows from outside: who may change what from which state to which is said in
 * ARCHITECTURE.md.
 */
public final class ControlStore {
  /** The queue in which resumed and forked workflows wait. */
  public static final String INTERNAL_QUEUE = "_dbos_internal_queue";

  private ControlStore() {}

  /** Those of {@code workflowIds} that exist. */
  public static Set<String> existing(DSLContext dsl, Collection<String> workflowIds) {
    return dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.in(workflowIds))
        .fetchSet(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /** {@code workflowIds} with all that they have started, and what those have started. */
  public static Set<String> withChildren(DSLContext dsl, Collection<String> workflowIds) {
    Set<String> all = new LinkedHashSet<>(workflowIds);
    List<String> level = List.copyOf(all);
    while (!level.isEmpty()) {
      List<String> children =
          dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
              .from(WORKFLOW_STATUS)
              .where(WORKFLOW_STATUS.PARENT_WORKFLOW_ID.in(level))
              .fetch(WORKFLOW_STATUS.WORKFLOW_UUID);
      level = children.stream().filter(all::add).toList();
    }
    return all;
  }

  /** Cancels those that have not ended; nobody else changes that but a resume. */
  public static void cancel(DSLContext dsl, Collection<String> workflowIds, long nowMillis) {
    cancelWhere(
        dsl,
        WORKFLOW_STATUS
            .WORKFLOW_UUID
            .in(workflowIds)
            .and(
                WORKFLOW_STATUS.STATUS.notIn(
                    inline(WorkflowState.SUCCESS.name()),
                    inline(WorkflowState.ERROR.name()),
                    inline(WorkflowState.CANCELLED.name()))),
        nowMillis);
  }

  /**
   * Cancels those that run past their deadline. One that was resumed meanwhile has no deadline, or
   * a later one.
   *
   * @return the ids of those that were
   */
  public static List<String> expire(
      DSLContext dsl, Collection<String> workflowIds, long nowMillis) {
    return cancelWhere(
        dsl,
        WORKFLOW_STATUS
            .WORKFLOW_UUID
            .in(workflowIds)
            .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
            .and(WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS.le(nowMillis)),
        nowMillis);
  }

  private static List<String> cancelWhere(DSLContext dsl, Condition which, long nowMillis) {
    return dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, WorkflowState.CANCELLED.name())
        .setNull(WORKFLOW_STATUS.QUEUE_NAME)
        .setNull(WORKFLOW_STATUS.DEDUPLICATION_ID)
        .setNull(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS)
        .set(WORKFLOW_STATUS.UPDATED_AT, nowMillis)
        .set(WORKFLOW_STATUS.COMPLETED_AT, nowMillis)
        .where(which)
        .returning(WORKFLOW_STATUS.WORKFLOW_UUID)
        .fetch(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /**
   * Puts those that have neither succeeded nor failed into a queue. They lose their owner, so a run
   * that is still under way stops.
   *
   * @return the ids of those that were
   */
  public static List<String> resume(
      DSLContext dsl, Collection<String> workflowIds, String queueName, long nowMillis) {
    return dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, WorkflowState.ENQUEUED.name())
        .set(WORKFLOW_STATUS.QUEUE_NAME, queueName)
        .set(WORKFLOW_STATUS.RECOVERY_ATTEMPTS, 0L)
        .setNull(WORKFLOW_STATUS.OWNER_XID)
        .setNull(WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS)
        .setNull(WORKFLOW_STATUS.DEDUPLICATION_ID)
        .setNull(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS)
        .setNull(WORKFLOW_STATUS.COMPLETED_AT)
        .set(WORKFLOW_STATUS.UPDATED_AT, nowMillis)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.in(workflowIds))
        .and(
            WORKFLOW_STATUS.STATUS.notIn(
                inline(WorkflowState.SUCCESS.name()), inline(WorkflowState.ERROR.name())))
        .returning(WORKFLOW_STATUS.WORKFLOW_UUID)
        .fetch(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /** Deletes workflows with everything the system database has of them. */
  public static List<DeletedWorkflow> delete(DSLContext dsl, Collection<String> workflowIds) {
    // The rest goes by cascade in every layout; steps do not in those of TypeScript 5.
    dsl.deleteFrom(OPERATION_OUTPUTS)
        .where(OPERATION_OUTPUTS.WORKFLOW_UUID.in(workflowIds))
        .execute();
    PayloadStore.delete(dsl, workflowIds);
    return new ArrayList<>(
        dsl.deleteFrom(WORKFLOW_STATUS)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.in(workflowIds))
            .returning(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.CREATED_AT)
            .fetch(
                row ->
                    new DeletedWorkflow(
                        row.get(WORKFLOW_STATUS.WORKFLOW_UUID),
                        row.get(WORKFLOW_STATUS.CREATED_AT))));
  }

  /** Moves the moment until which a delayed workflow waits; false when it is not delayed. */
  public static boolean delayUntil(
      DSLContext dsl, String workflowId, long untilMillis, long nowMillis) {
    return dsl.update(WORKFLOW_STATUS)
            .set(WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS, untilMillis)
            .set(WORKFLOW_STATUS.UPDATED_AT, nowMillis)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
            .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.DELAYED.name())))
            .execute()
        == 1;
  }

  /** Moves a workflow that waits in a queue; false when it does not. */
  public static boolean prioritize(
      DSLContext dsl, String workflowId, int priority, long nowMillis) {
    return dsl.update(WORKFLOW_STATUS)
            .set(WORKFLOW_STATUS.PRIORITY, priority)
            .set(WORKFLOW_STATUS.UPDATED_AT, nowMillis)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
            .and(
                WORKFLOW_STATUS.STATUS.in(
                    inline(WorkflowState.ENQUEUED.name()), inline(WorkflowState.DELAYED.name())))
            .execute()
        == 1;
  }

  /** The attributes of a workflow as JSON, its row locked; empty when it has none. */
  public static Optional<String> attributes(DSLContext dsl, String workflowId) {
    var row =
        dsl.select(attributesText(dsl))
            .from(WORKFLOW_STATUS)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId));
    return Optional.ofNullable(
        (dsl.dialect() == SQLDialect.SQLITE ? row : row.forNoKeyUpdate())
            .fetchOne(attributesText(dsl)));
  }

  /** Writes the attributes of a workflow, a JSON object or null for none. */
  public static void setAttributes(
      DSLContext dsl, String workflowId, @Nullable String json, long nowMillis) {
    var update = dsl.update(WORKFLOW_STATUS).set(WORKFLOW_STATUS.UPDATED_AT, nowMillis);
    (dsl.dialect() == SQLDialect.SQLITE
            ? update.set(attributesText(dsl), json)
            : update.set(WORKFLOW_STATUS.ATTRIBUTES, cast(val(json), SQLDataType.JSONB)))
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
        .execute();
  }

  /** SQLite keeps the text itself. */
  private static Field<String> attributesText(DSLContext dsl) {
    Field<JSONB> column = WORKFLOW_STATUS.ATTRIBUTES;
    return dsl.dialect() == SQLDialect.SQLITE
        ? field(column.getUnqualifiedName(), SQLDataType.CLOB)
        : cast(column, SQLDataType.CLOB);
  }
}
