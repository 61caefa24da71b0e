package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.APPLICATION_VERSIONS;
import static dev.dbos.internal.schema.Tables.JAVA_EXECUTOR_LEASES;
import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.QUEUES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_SCHEDULES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;

import dev.dbos.workflow.WorkflowState;
import java.util.Arrays;
import java.util.List;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.TableField;
import org.jspecify.annotations.Nullable;

/** Whose the rows of the shared tables are. */
public final class OwnershipStore {
  /** As literals, so that SQLite sees which of its partial indexes apply. */
  private static final List<Field<String>> UNFINISHED =
      Arrays.stream(WorkflowState.values())
          .filter(state -> !state.isTerminal() && state != WorkflowState.UNKNOWN)
          .<Field<String>>map(state -> inline(state.name()))
          .toList();

  private OwnershipStore() {}

  /** What has been given to another application at once. */
  public record Moved(int queues, int schedules, int versions, int unfinished) {}

  /** Executors of an application that live, as far as they tell; null for those of any. */
  public static List<String> living(
      DSLContext dsl, @Nullable String applicationName, long nowMillis) {
    Condition alive = JAVA_EXECUTOR_LEASES.EXPIRES_AT.ge(nowMillis);
    return dsl.select(JAVA_EXECUTOR_LEASES.EXECUTOR_ID)
        .from(JAVA_EXECUTOR_LEASES)
        .where(
            applicationName == null
                ? alive
                : alive.and(JAVA_EXECUTOR_LEASES.APPLICATION_NAME.eq(applicationName)))
        .orderBy(JAVA_EXECUTOR_LEASES.EXECUTOR_ID)
        .fetch(JAVA_EXECUTOR_LEASES.EXECUTOR_ID);
  }

  /** Gives what decides where work is done: queues, schedules, versions, unfinished workflows. */
  public static Moved giveActive(DSLContext dsl, @Nullable String from, String to) {
    return new Moved(
        give(dsl, QUEUES.APPLICATION_NAME, from, to),
        give(dsl, WORKFLOW_SCHEDULES.APPLICATION_NAME, from, to),
        give(dsl, APPLICATION_VERSIONS.APPLICATION_NAME, from, to),
        dsl.update(WORKFLOW_STATUS)
            .set(WORKFLOW_STATUS.APPLICATION_NAME, to)
            .where(WORKFLOW_STATUS.STATUS.in(UNFINISHED))
            .and(belongs(WORKFLOW_STATUS.APPLICATION_NAME, from))
            .execute());
  }

  private static int give(
      DSLContext dsl, TableField<?, String> column, @Nullable String from, String to) {
    return dsl.update(column.getTable()).set(column, to).where(belongs(column, from)).execute();
  }

  /** The ids of workflows behind {@code after}, in the order of ids. */
  public static List<String> workflows(
      DSLContext dsl, @Nullable String from, String after, int limit) {
    return dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(belongs(WORKFLOW_STATUS.APPLICATION_NAME, from))
        .and(WORKFLOW_STATUS.WORKFLOW_UUID.gt(after))
        .orderBy(WORKFLOW_STATUS.WORKFLOW_UUID)
        .limit(limit)
        .fetch(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /** Gives these workflows. */
  public static int giveWorkflows(
      DSLContext dsl, @Nullable String from, String to, List<String> workflowIds) {
    return dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.APPLICATION_NAME, to)
        .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, workflowIds))
        .and(belongs(WORKFLOW_STATUS.APPLICATION_NAME, from))
        .execute();
  }

  /** The ids of workflows behind {@code after} that have steps, in the order of ids. */
  public static List<String> workflowsOfSteps(
      DSLContext dsl, @Nullable String from, String after, int limit) {
    return dsl.selectDistinct(OPERATION_OUTPUTS.WORKFLOW_UUID)
        .from(OPERATION_OUTPUTS)
        .where(belongs(OPERATION_OUTPUTS.APPLICATION_NAME, from))
        .and(OPERATION_OUTPUTS.WORKFLOW_UUID.gt(after))
        .orderBy(OPERATION_OUTPUTS.WORKFLOW_UUID)
        .limit(limit)
        .fetch(OPERATION_OUTPUTS.WORKFLOW_UUID);
  }

  /** Gives the steps of these workflows. */
  public static int giveSteps(
      DSLContext dsl, @Nullable String from, String to, List<String> workflowIds) {
    return dsl.update(OPERATION_OUTPUTS)
        .set(OPERATION_OUTPUTS.APPLICATION_NAME, to)
        .where(Chunks.among(dsl, OPERATION_OUTPUTS.WORKFLOW_UUID, workflowIds))
        .and(belongs(OPERATION_OUTPUTS.APPLICATION_NAME, from))
        .execute();
  }

  /** Nobody's when {@code owner} is null. */
  private static Condition belongs(Field<String> column, @Nullable String owner) {
    return owner == null ? column.isNull() : column.eq(owner);
  }
}
