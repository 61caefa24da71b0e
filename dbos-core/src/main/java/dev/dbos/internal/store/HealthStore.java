package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.min;
import static org.jooq.impl.DSL.noCondition;

import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.Optional;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/** How much waits to be done. */
public final class HealthStore {
  private HealthStore() {}

  /** Asks for nothing, to see whether there is an answer. */
  public static void ping(DSLContext dsl, Duration timeout) {
    dsl.selectOne().queryTimeout(seconds(timeout)).fetchSingle();
  }

  /** Unfinished workflows of an executor and a version, whoever runs them. */
  public static int unfinished(
      DSLContext dsl, String executorId, String version, @Nullable String applicationName) {
    return dsl.fetchCount(
        WORKFLOW_STATUS,
        is(WorkflowState.PENDING)
            .and(WORKFLOW_STATUS.EXECUTOR_ID.eq(executorId))
            .and(WORKFLOW_STATUS.APPLICATION_VERSION.eq(version))
            .and(ofApplication(applicationName)));
  }

  /** When the workflow was created that has waited longest in a queue, epoch ms. */
  public static Optional<Long> firstEnqueuedMillis(
      DSLContext dsl, @Nullable String applicationName, Duration timeout) {
    return Optional.ofNullable(
        dsl.select(min(WORKFLOW_STATUS.CREATED_AT))
            .from(WORKFLOW_STATUS)
            .where(is(WorkflowState.ENQUEUED))
            .and(ofApplication(applicationName))
            .queryTimeout(seconds(timeout))
            .fetchSingle()
            .value1());
  }

  private static int seconds(Duration timeout) {
    return (int) Math.max(1, timeout.toSeconds());
  }

  /** As a literal, so that SQLite sees which of its partial indexes apply. */
  private static Condition is(WorkflowState state) {
    return WORKFLOW_STATUS.STATUS.eq(inline(state.name()));
  }

  private static Condition ofApplication(@Nullable String name) {
    return name == null
        ? noCondition()
        : WORKFLOW_STATUS.APPLICATION_NAME.eq(name).or(WORKFLOW_STATUS.APPLICATION_NAME.isNull());
  }
}
