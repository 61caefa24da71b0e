package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.notExists;
import static org.jooq.impl.DSL.selectOne;

import dev.dbos.internal.schema.tables.WorkflowStatus;
import dev.dbos.workflow.WorkflowState;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** Which finished workflows there are, in the order in which they ended. */
public final class RetentionStore {
  private static final WorkflowStatus PARENT = WORKFLOW_STATUS.as("parent");

  /** As literals, so that SQLite sees which of its partial indexes apply. */
  private static final List<Field<String>> TERMINAL =
      Arrays.stream(WorkflowState.values())
          .filter(WorkflowState::isTerminal)
          .<Field<String>>map(state -> inline(state.name()))
          .toList();

  private RetentionStore() {}

  /**
   * A place in the order in which workflows ended.
   *
   * @param endedAtMillis when
   * @param workflowId decides among those that ended in the same millisecond
   */
  public record Place(long endedAtMillis, String workflowId) {
    /** Before all. */
    public static final Place FIRST = new Place(Long.MIN_VALUE, "");

    /** Before all that ended at a moment. */
    public static Place before(long millis) {
      return new Place(millis, "");
    }

    private Condition reached() {
      return WORKFLOW_STATUS
          .COMPLETED_AT
          .lt(endedAtMillis)
          .or(
              WORKFLOW_STATUS
                  .COMPLETED_AT
                  .eq(endedAtMillis)
                  .and(WORKFLOW_STATUS.WORKFLOW_UUID.le(workflowId)));
    }
  }

  /**
   * A workflow in a tree of those that one has started.
   *
   * @param parentId who started it, or null
   * @param finished whether it has ended, in whatever way
   * @param settled whether nothing can make it go on any more
   * @param applicationName whose it is, or null
   * @param createdAtMillis its incarnation
   */
  public record Member(
      String workflowId,
      @Nullable String parentId,
      boolean finished,
      boolean settled,
      @Nullable String applicationName,
      long createdAtMillis) {}

  /** The last place that is not among the newest {@code count}; empty when there are no more. */
  public static Optional<Place> behindNewest(
      DSLContext dsl, @Nullable String applicationName, long count) {
    return dsl.select(WORKFLOW_STATUS.COMPLETED_AT, WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(isFinishedOf(applicationName))
        .orderBy(WORKFLOW_STATUS.COMPLETED_AT.desc(), WORKFLOW_STATUS.WORKFLOW_UUID.desc())
        .limit(1)
        .offset(count)
        .fetchOptional(row -> new Place(row.value1(), row.value2()));
  }

  /** The workflows behind {@code after} and up to {@code last}, those that ended first first. */
  public static List<Place> ended(
      DSLContext dsl, @Nullable String applicationName, Place after, Place last, int limit) {
    return dsl.select(WORKFLOW_STATUS.COMPLETED_AT, WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(isFinishedOf(applicationName))
        .and(last.reached())
        .and(WORKFLOW_STATUS.COMPLETED_AT.ge(after.endedAtMillis()))
        .andNot(after.reached())
        .orderBy(WORKFLOW_STATUS.COMPLETED_AT, WORKFLOW_STATUS.WORKFLOW_UUID)
        .limit(limit)
        .fetch(row -> new Place(row.value1(), row.value2()));
  }

  /** These workflows themselves. */
  public static List<Member> members(DSLContext dsl, Collection<String> workflowIds) {
    return members(dsl, Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, workflowIds));
  }

  /** What these workflows have started. */
  public static List<Member> children(DSLContext dsl, Collection<String> workflowIds) {
    return members(dsl, Chunks.among(dsl, WORKFLOW_STATUS.PARENT_WORKFLOW_ID, workflowIds));
  }

  private static List<Member> members(DSLContext dsl, Condition which) {
    return dsl.select(
            WORKFLOW_STATUS.WORKFLOW_UUID,
            WORKFLOW_STATUS.PARENT_WORKFLOW_ID,
            WORKFLOW_STATUS.STATUS,
            WORKFLOW_STATUS.APPLICATION_NAME,
            WORKFLOW_STATUS.CREATED_AT)
        .from(WORKFLOW_STATUS)
        .where(which)
        .fetch(
            row ->
                new Member(
                    row.value1(),
                    row.value2(),
                    isTerminal(row.value3()),
                    WorkflowState.SUCCESS.name().equals(row.value3())
                        || WorkflowState.ERROR.name().equals(row.value3()),
                    row.value4(),
                    row.value5()));
  }

  private static boolean isTerminal(@Nullable String status) {
    return Arrays.stream(WorkflowState.values())
        .anyMatch(state -> state.isTerminal() && state.name().equals(status));
  }

  /** Those of {@code workflowIds} with a fork that has not ended. */
  public static Set<String> withUnfinishedForks(DSLContext dsl, Collection<String> workflowIds) {
    return dsl.selectDistinct(WORKFLOW_STATUS.FORKED_FROM)
        .from(WORKFLOW_STATUS)
        .where(Chunks.among(dsl, WORKFLOW_STATUS.FORKED_FROM, workflowIds))
        .and(WORKFLOW_STATUS.STATUS.notIn(TERMINAL))
        .fetchSet(WORKFLOW_STATUS.FORKED_FROM);
  }

  /**
   * Those of {@code workflowIds} that are finished still; nobody resumes them before this
   * transaction ends. On SQLite a writing transaction is alone anyway.
   */
  public static Set<String> lockFinished(DSLContext dsl, Collection<String> workflowIds) {
    var rows =
        dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, workflowIds))
            .and(WORKFLOW_STATUS.STATUS.in(TERMINAL))
            .orderBy(WORKFLOW_STATUS.WORKFLOW_UUID);
    return (dsl.dialect() == SQLDialect.SQLITE ? rows : rows.forUpdate())
        .fetchSet(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /** Those nobody has started, or whose starter is gone. */
  private static Condition isFinishedOf(@Nullable String applicationName) {
    return WORKFLOW_STATUS
        .COMPLETED_AT
        .isNotNull()
        .and(WORKFLOW_STATUS.STATUS.in(TERMINAL))
        .and(
            applicationName == null
                ? noCondition()
                : WORKFLOW_STATUS
                    .APPLICATION_NAME
                    .eq(applicationName)
                    .or(WORKFLOW_STATUS.APPLICATION_NAME.isNull()))
        .and(
            WORKFLOW_STATUS
                .PARENT_WORKFLOW_ID
                .isNull()
                .or(
                    notExists(
                        selectOne()
                            .from(PARENT)
                            .where(PARENT.WORKFLOW_UUID.eq(WORKFLOW_STATUS.PARENT_WORKFLOW_ID)))));
  }
}
