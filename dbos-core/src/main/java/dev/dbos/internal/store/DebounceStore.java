package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.least;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.context.StartRow;
import dev.dbos.workflow.WorkflowState;
import java.util.List;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** Workflows that wait for the last of several calls. */
public final class DebounceStore {
  private DebounceStore() {}

  /**
   * Gives the workflow that waits for calls like {@code row} its input, and has it wait on, but not
   * beyond what its first call allowed.
   *
   * @return its id; empty when none waits
   */
  public static Optional<String> postpone(DSLContext dsl, StartRow row, long untilMillis) {
    Field<Long> until = val(untilMillis);
    Optional<String> waiting =
        dsl
            .update(WORKFLOW_STATUS)
            .set(WORKFLOW_STATUS.INPUTS, row.inputs())
            .set(WORKFLOW_STATUS.SERIALIZATION, row.format())
            .set(
                WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS,
                least(until, coalesce(WORKFLOW_STATUS.DEBOUNCE_DEADLINE_EPOCH_MS, until)))
            .set(WORKFLOW_STATUS.UPDATED_AT, row.createdAtMillis())
            .set(
                WORKFLOW_STATUS.APPLICATION_NAME,
                coalesce(
                    WORKFLOW_STATUS.APPLICATION_NAME,
                    val(applicationName(row), WORKFLOW_STATUS.APPLICATION_NAME)))
            .where(WORKFLOW_STATUS.QUEUE_NAME.eq(row.queued().queueName()))
            .and(WORKFLOW_STATUS.DEDUPLICATION_ID.eq(row.queued().deduplicationId()))
            .and(waitsForCallsLike(row))
            .returning(WORKFLOW_STATUS.WORKFLOW_UUID)
            .fetch(WORKFLOW_STATUS.WORKFLOW_UUID)
            .stream()
            .findFirst();
    waiting.ifPresent(id -> PayloadStore.copyInputs(dsl, List.of(id)));
    return waiting;
  }

  /** Whether a workflow waits for calls like {@code row}. */
  public static boolean isWaiting(DSLContext dsl, String workflowId, StartRow row) {
    return dsl.fetchExists(
        WORKFLOW_STATUS, WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId).and(waitsForCallsLike(row)));
  }

  private static Condition waitsForCallsLike(StartRow row) {
    String application = applicationName(row);
    return WORKFLOW_STATUS
        .NAME
        .eq(row.name())
        .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.DELAYED.name())))
        .and(WORKFLOW_STATUS.IS_DEBOUNCED.isTrue())
        .and(
            application == null
                ? DSL.noCondition()
                : WORKFLOW_STATUS
                    .APPLICATION_NAME
                    .eq(application)
                    .or(WORKFLOW_STATUS.APPLICATION_NAME.isNull()));
  }

  private static @Nullable String applicationName(StartRow row) {
    return row.queued().wanted().applicationName();
  }
}
