package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;

import dev.dbos.internal.context.Standing;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SelectConditionStep;
import org.jooq.SelectLimitPercentStep;
import org.jooq.impl.DSL;

/** The rows of workflows. */
public final class WorkflowStore {
  private WorkflowStore() {}

  /** One workflow. */
  public static Optional<WorkflowStatus> find(DSLContext dsl, String workflowId) {
    return dsl.select(WorkflowRows.all(PayloadStore.layout(dsl)))
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
        .fetchOptional(WorkflowRows::status);
  }

  /** Whether a row ended, or may be run, without what it should have for that. */
  static boolean lacksPayload(WorkflowStatus row) {
    Payload outcome = row.content().outcomeOrNull();
    Payload input = row.content().inputOrNull();
    boolean ended = row.state() == WorkflowState.SUCCESS || row.state() == WorkflowState.ERROR;
    return (ended && outcome != null && outcome.text().isEmpty())
        || (input != null && input.text().isEmpty());
  }

  /** Whether what {@link #find} has found lacks its input or outcome. */
  public static boolean lacksPayload(Optional<WorkflowStatus> row) {
    return row.isPresent() && lacksPayload(row.get());
  }

  /** Several workflows, without their inputs; those without a row are left out. */
  public static List<WorkflowStatus> findAll(DSLContext dsl, Collection<String> workflowIds) {
    return dsl.select(WorkflowRows.withOutputs(PayloadStore.layout(dsl)))
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.in(workflowIds))
        .fetch(WorkflowRows::status);
  }

  /** The token of the run that owns a pending workflow; empty when no run does. */
  public static Optional<String> pendingOwner(DSLContext dsl, String workflowId) {
    return dsl.select(WORKFLOW_STATUS.OWNER_XID)
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
        .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
        .fetchOptional(WORKFLOW_STATUS.OWNER_XID);
  }

  /**
   * How a workflow stands; nobody can change that before this transaction ends. On SQLite a writing
   * transaction is alone anyway.
   */
  public static Optional<Standing> lockStanding(DSLContext dsl, String workflowId) {
    SelectConditionStep<Record2<String, String>> row =
        dsl.select(WORKFLOW_STATUS.STATUS, WORKFLOW_STATUS.OWNER_XID)
            .from(WORKFLOW_STATUS)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId));
    return (isSqlite(dsl) ? row : row.forShare())
        .fetchOptional(found -> new Standing(found.value1(), found.value2()));
  }

  /** How several workflows stand; those without a row are left out. */
  public static Map<String, Standing> standings(DSLContext dsl, Collection<String> workflowIds) {
    return dsl.select(
            WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.STATUS, WORKFLOW_STATUS.OWNER_XID)
        .from(WORKFLOW_STATUS)
        .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, workflowIds))
        .fetchMap(WORKFLOW_STATUS.WORKFLOW_UUID, row -> new Standing(row.value2(), row.value3()));
  }

  /** The token of the run that wrote the row last, whatever its state. */
  public static Optional<String> owner(DSLContext dsl, String workflowId) {
    return dsl.select(WORKFLOW_STATUS.OWNER_XID)
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
        .fetchOptional(WORKFLOW_STATUS.OWNER_XID);
  }

  /**
   * Takes over unfinished workflows, oldest first: they get a new owner in the same statement that
   * finds them, so that a rival takes others and an earlier run of theirs notices.
   */
  public static List<ClaimedWorkflow> claim(
      DSLContext dsl, Claim claim, Collection<String> executorIds) {
    SelectLimitPercentStep<Record1<String>> rows = claimable(claim, executorIds, claim.limit());
    return claim(dsl, claim, isSqlite(dsl) ? rows : rows.forNoKeyUpdate().skipLocked());
  }

  /**
   * Claims one workflow that {@link #claim} passed over, once whoever writes to its row is done. A
   * transaction that waits with no other row locked cannot be part of a deadlock.
   */
  public static List<ClaimedWorkflow> claimBusy(DSLContext dsl, Claim claim) {
    SelectLimitPercentStep<Record1<String>> row = claimable(claim, List.of(claim.executorId()), 1);
    return claim(dsl, claim, isSqlite(dsl) ? row : row.forNoKeyUpdate());
  }

  private static boolean isSqlite(DSLContext dsl) {
    return dsl.dialect() == SQLDialect.SQLITE;
  }

  private static List<ClaimedWorkflow> claim(
      DSLContext dsl, Claim claim, Select<? extends Record1<String>> ids) {
    return dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.OWNER_XID, claim.runToken())
        .set(WORKFLOW_STATUS.EXECUTOR_ID, claim.executorId())
        .set(WORKFLOW_STATUS.APPLICATION_NAME, claim.applicationName())
        .set(
            WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
            DSL.coalesce(WORKFLOW_STATUS.RECOVERY_ATTEMPTS, 0L).plus(1))
        .set(WORKFLOW_STATUS.UPDATED_AT, claim.nowMillis())
        .set(PayloadStore.atClaim(dsl))
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.in(ids))
        .returningResult(ClaimedWorkflow.fields(PayloadStore.layout(dsl)))
        .fetch(ClaimedWorkflow::of);
  }

  /**
   * Puts unfinished workflows that were taken out of a queue back into it, where they lose their
   * owner; the internal queue's are not among them.
   *
   * @return the name of the queue of each
   */
  public static List<String> requeue(DSLContext dsl, Claim claim, Collection<String> executorIds) {
    SelectLimitPercentStep<Record1<String>> rows =
        select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(isPendingOf(claim, executorIds))
            .and(isOfQueue())
            .limit(claim.limit());
    return dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, WorkflowState.ENQUEUED.name())
        .setNull(WORKFLOW_STATUS.OWNER_XID)
        .setNull(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS)
        .set(WORKFLOW_STATUS.UPDATED_AT, claim.nowMillis())
        .where(
            WORKFLOW_STATUS.WORKFLOW_UUID.in(
                isSqlite(dsl) ? rows : rows.forNoKeyUpdate().skipLocked()))
        .returning(WORKFLOW_STATUS.QUEUE_NAME)
        .fetch(WORKFLOW_STATUS.QUEUE_NAME);
  }

  /** Those of {@code executorIds} that have left something unfinished, registered here or not. */
  public static Set<String> unfinishedOf(
      DSLContext dsl, Claim claim, Collection<String> executorIds) {
    return dsl.selectDistinct(WORKFLOW_STATUS.EXECUTOR_ID)
        .from(WORKFLOW_STATUS)
        .where(isPendingOf(claim, executorIds))
        .fetchSet(WORKFLOW_STATUS.EXECUTOR_ID);
  }

  private static SelectLimitPercentStep<Record1<String>> claimable(
      Claim claim, Collection<String> executorIds, int limit) {
    return select(WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(isPendingOf(claim, executorIds))
        .andNot(isOfQueue())
        .and(WORKFLOW_STATUS.NAME.in(claim.workflowNames()))
        .and(WORKFLOW_STATUS.OWNER_XID.isNull().or(WORKFLOW_STATUS.OWNER_XID.ne(claim.runToken())))
        .orderBy(WORKFLOW_STATUS.CREATED_AT, WORKFLOW_STATUS.WORKFLOW_UUID)
        .limit(limit);
  }

  /**
   * Names of unfinished workflows that {@code claim} leaves alone because nobody registered them.
   */
  public static List<String> unregisteredNames(
      DSLContext dsl, Claim claim, Collection<String> executorIds) {
    return dsl.selectDistinct(WORKFLOW_STATUS.NAME)
        .from(WORKFLOW_STATUS)
        .where(isPendingOf(claim, executorIds))
        .andNot(isOfQueue())
        .and(WORKFLOW_STATUS.NAME.notIn(claim.workflowNames()))
        .fetch(WORKFLOW_STATUS.NAME);
  }

  /** Sets a workflow aside that was recovered too often. */
  public static void setAside(DSLContext dsl, String workflowId, String runToken, long nowMillis) {
    dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, WorkflowState.MAX_RECOVERY_ATTEMPTS_EXCEEDED.name())
        .setNull(WORKFLOW_STATUS.DEDUPLICATION_ID)
        .setNull(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS)
        .setNull(WORKFLOW_STATUS.QUEUE_NAME)
        .set(WORKFLOW_STATUS.UPDATED_AT, nowMillis)
        .set(WORKFLOW_STATUS.COMPLETED_AT, nowMillis)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
        .and(WORKFLOW_STATUS.STATUS.eq(WorkflowState.PENDING.name()))
        .and(WORKFLOW_STATUS.OWNER_XID.eq(runToken))
        .execute();
  }

  private static Condition isPendingOf(Claim claim, Collection<String> executorIds) {
    // The status as a literal, so that SQLite sees that its partial index applies.
    return WORKFLOW_STATUS
        .STATUS
        .eq(inline(WorkflowState.PENDING.name()))
        .and(WORKFLOW_STATUS.EXECUTOR_ID.in(executorIds))
        .and(WORKFLOW_STATUS.APPLICATION_VERSION.eq(claim.applicationVersion()))
        .and(isMineOrNobodys(claim.applicationName()));
  }

  private static Condition isOfQueue() {
    return WORKFLOW_STATUS
        .QUEUE_NAME
        .isNotNull()
        .and(WORKFLOW_STATUS.QUEUE_NAME.ne(ControlStore.INTERNAL_QUEUE));
  }

  private static Condition isMineOrNobodys(String applicationName) {
    return WORKFLOW_STATUS
        .APPLICATION_NAME
        .eq(applicationName)
        .or(WORKFLOW_STATUS.APPLICATION_NAME.isNull());
  }
}
