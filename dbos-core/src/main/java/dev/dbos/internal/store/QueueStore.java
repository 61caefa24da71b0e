package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.APPLICATION_VERSIONS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.dbos.workflow.WorkflowState;
import java.util.List;
import java.util.Map;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.SelectLimitPercentStep;

/** The rows of workflows that wait in queues. */
public final class QueueStore {
  private QueueStore() {}

  /** Whether {@link #claim} would find anything; a read that costs next to nothing. */
  public static boolean hasWork(DSLContext dsl, String queueName, Claim claim) {
    return dsl.fetchExists(selectOne().from(WORKFLOW_STATUS).where(isClaimable(queueName, claim)));
  }

  /**
   * Takes workflows out of a queue without limits, the most urgent and then the oldest first: they
   * are PENDING and have their new owner, their version and their deadline by the same statement
   * that finds them.
   */
  public static List<ClaimedWorkflow> claim(DSLContext dsl, String queueName, Claim claim) {
    return claim(dsl, claim, isClaimable(queueName, claim));
  }

  /** Like {@link #claim}, unless the queue has got limits, or is not registered any more. */
  public static List<ClaimedWorkflow> claimUnlimited(
      DSLContext dsl, String queueName, Claim claim) {
    return claim(
        dsl, claim, isClaimable(queueName, claim).and(QueueRegistry.isUnlimited(queueName)));
  }

  private static List<ClaimedWorkflow> claim(DSLContext dsl, Claim claim, Condition which) {
    SelectLimitPercentStep<Record1<String>> rows = first(which, claim.limit());
    return take(
        dsl,
        claim,
        WORKFLOW_STATUS.WORKFLOW_UUID.in(
            dsl.dialect() == SQLDialect.SQLITE ? rows : rows.forNoKeyUpdate().skipLocked()),
        Map.of());
  }

  /** The ids of those among {@code which} that are to leave their queue first. */
  static SelectLimitPercentStep<Record1<String>> first(Condition which, int limit) {
    return select(WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(which)
        .orderBy(
            WORKFLOW_STATUS.PRIORITY, WORKFLOW_STATUS.CREATED_AT, WORKFLOW_STATUS.WORKFLOW_UUID)
        .limit(limit);
  }

  /** Makes workflows the claimer's; in the order in which they leave their queue. */
  static List<ClaimedWorkflow> take(
      DSLContext dsl, Claim claim, Condition which, Map<Field<?>, ?> more) {
    return dsl
        .update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, WorkflowState.PENDING.name())
        .set(WORKFLOW_STATUS.EXECUTOR_ID, claim.executorId())
        .set(WORKFLOW_STATUS.APPLICATION_VERSION, claim.applicationVersion())
        .set(WORKFLOW_STATUS.APPLICATION_NAME, claim.applicationName())
        .set(WORKFLOW_STATUS.OWNER_XID, claim.runToken())
        .set(WORKFLOW_STATUS.STARTED_AT_EPOCH_MS, claim.nowMillis())
        .set(WORKFLOW_STATUS.UPDATED_AT, claim.nowMillis())
        .set(
            WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS,
            coalesce(
                WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS,
                WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS.plus(claim.nowMillis())))
        .set(
            WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
            coalesce(WORKFLOW_STATUS.RECOVERY_ATTEMPTS, 0L).plus(1))
        .set(PayloadStore.atClaim(dsl))
        .set(more)
        .where(which)
        .returningResult(ClaimedWorkflow.fieldsOfQueued(dsl))
        .fetch(ClaimedWorkflow::of)
        .stream()
        .sorted(ClaimedWorkflow.IN_ORDER)
        .toList();
  }

  /** What a claim took whose acknowledgement was lost. */
  public static List<ClaimedWorkflow> claimed(DSLContext dsl, String runToken) {
    return dsl.select(ClaimedWorkflow.fields(PayloadStore.layout(dsl)))
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
        .and(WORKFLOW_STATUS.OWNER_XID.eq(runToken))
        .fetch(ClaimedWorkflow::of);
  }

  /** What a claimer may take out of a queue. */
  static Condition isClaimable(String queueName, Claim claim) {
    // The status as a literal, so that SQLite sees that its partial index applies.
    return WORKFLOW_STATUS
        .QUEUE_NAME
        .eq(queueName)
        .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.ENQUEUED.name())))
        .and(
            WORKFLOW_STATUS
                .APPLICATION_NAME
                .eq(claim.applicationName())
                .or(WORKFLOW_STATUS.APPLICATION_NAME.isNull()))
        .and(
            WORKFLOW_STATUS
                .APPLICATION_VERSION
                .eq(claim.applicationVersion())
                .or(WORKFLOW_STATUS.APPLICATION_VERSION.isNull().and(isLatest(claim))))
        .and(WORKFLOW_STATUS.NAME.in(claim.workflowNames()));
  }

  /** Work of no version is for the latest one. */
  private static Condition isLatest(Claim claim) {
    return val(claim.applicationVersion())
        .eq(
            field(
                select(APPLICATION_VERSIONS.VERSION_NAME)
                    .from(APPLICATION_VERSIONS)
                    .where(VersionStore.isMineOrNobodys(claim.applicationName()))
                    .orderBy(VersionStore.LATEST_FIRST)
                    .limit(1)));
  }
}
