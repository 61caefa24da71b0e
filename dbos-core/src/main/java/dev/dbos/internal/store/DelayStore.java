package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.val;
import static org.jooq.impl.DSL.when;

import dev.dbos.workflow.WorkflowState;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.SelectConditionStep;

/** Workflows that wait until they may be taken out of their queues. */
public final class DelayStore {
  private DelayStore() {}

  /** How long the next one has to wait, in ms, 0 or less when it is due; empty without any. */
  public static Optional<Long> untilNext(
      DSLContext dsl, String applicationName, InstantSource clock) {
    Field<Long> left =
        min(WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS).minus(DatabaseTime.nowMillis(dsl, clock));
    return Optional.ofNullable(
        dsl.select(left).from(WORKFLOW_STATUS).where(isDelayed(applicationName)).fetchOne(left));
  }

  /**
   * Lets those that have waited long enough be taken out of their queues, in their order there.
   *
   * @return the names of the queues
   */
  public static Set<String> release(
      DSLContext dsl, String applicationName, InstantSource clock, long nowMillis) {
    SelectConditionStep<Record1<String>> due =
        select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(isDelayed(applicationName))
            .and(WORKFLOW_STATUS.DELAY_UNTIL_EPOCH_MS.le(DatabaseTime.nowMillis(dsl, clock)));
    return dsl
        .update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, WorkflowState.ENQUEUED.name())
        .set(WORKFLOW_STATUS.UPDATED_AT, nowMillis)
        // What was debounced is called afresh from now on.
        .set(
            WORKFLOW_STATUS.DEDUPLICATION_ID,
            when(WORKFLOW_STATUS.IS_DEBOUNCED, val(null, WORKFLOW_STATUS.DEDUPLICATION_ID))
                .otherwise(WORKFLOW_STATUS.DEDUPLICATION_ID))
        .where(
            WORKFLOW_STATUS.WORKFLOW_UUID.in(
                dsl.dialect() == SQLDialect.SQLITE ? due : due.forNoKeyUpdate().skipLocked()))
        .returning(WORKFLOW_STATUS.QUEUE_NAME)
        .fetch(WORKFLOW_STATUS.QUEUE_NAME)
        .stream()
        .filter(Objects::nonNull)
        .collect(Collectors.toUnmodifiableSet());
  }

  private static Condition isDelayed(String applicationName) {
    return WORKFLOW_STATUS
        .STATUS
        .eq(inline(WorkflowState.DELAYED.name()))
        .and(
            WORKFLOW_STATUS
                .APPLICATION_NAME
                .eq(applicationName)
                .or(WORKFLOW_STATUS.APPLICATION_NAME.isNull()));
  }
}
