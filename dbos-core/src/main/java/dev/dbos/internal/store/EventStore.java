package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_EVENTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_EVENTS_HISTORY;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.selectOne;

import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowEvent;
import dev.dbos.workflow.WorkflowState;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.SelectConditionStep;
import org.jspecify.annotations.Nullable;

/** The events of workflows: the latest value of each key, and all there ever were. */
public final class EventStore {
  private EventStore() {}

  /**
   * An event, as somebody finds it who waits for it.
   *
   * @param state how its workflow stands
   * @param value its latest value, or null when it has not been set
   */
  public record Found(WorkflowState state, @Nullable Payload value) {}

  /** Sets a value; the step that did it before has its value in the history replaced. */
  public static void set(DSLContext dsl, String workflowId, int stepId, String key, Payload value) {
    publish(dsl, workflowId, key, value);
    remember(dsl, workflowId, stepId, key, value);
  }

  /**
   * Sets a value that a step has asked for a while ago: the value of a later step stays. Nothing
   * happens when that life of the workflow is over.
   *
   * @return whether the workflow is there
   */
  public static boolean setLate(
      DSLContext dsl, Named event, long incarnation, int stepId, Payload value) {
    String workflowId = event.workflowId();
    SelectConditionStep<Record1<String>> row =
        dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
            .and(WORKFLOW_STATUS.CREATED_AT.eq(incarnation));
    if ((dsl.dialect() == SQLDialect.SQLITE ? row : row.forNoKeyUpdate())
        .fetchOptional()
        .isEmpty()) {
      return false;
    }
    boolean overtaken =
        dsl.fetchExists(
            selectOne()
                .from(WORKFLOW_EVENTS_HISTORY)
                .where(WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID.eq(workflowId))
                .and(WORKFLOW_EVENTS_HISTORY.KEY.eq(event.name()))
                .and(WORKFLOW_EVENTS_HISTORY.FUNCTION_ID.gt(stepId)));
    if (!overtaken) {
      publish(dsl, workflowId, event.name(), value);
    }
    remember(dsl, workflowId, stepId, event.name(), value);
    return true;
  }

  private static void publish(DSLContext dsl, String workflowId, String key, Payload value) {
    dsl.insertInto(WORKFLOW_EVENTS)
        .set(WORKFLOW_EVENTS.WORKFLOW_UUID, workflowId)
        .set(WORKFLOW_EVENTS.KEY, key)
        .set(WORKFLOW_EVENTS.VALUE, value.outputText())
        .set(WORKFLOW_EVENTS.SERIALIZATION, value.format())
        .onConflict(WORKFLOW_EVENTS.WORKFLOW_UUID, WORKFLOW_EVENTS.KEY)
        .doUpdate()
        .set(WORKFLOW_EVENTS.VALUE, value.outputText())
        .set(WORKFLOW_EVENTS.SERIALIZATION, value.format())
        .execute();
  }

  private static void remember(
      DSLContext dsl, String workflowId, int stepId, String key, Payload value) {
    dsl.insertInto(WORKFLOW_EVENTS_HISTORY)
        .set(WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID, workflowId)
        .set(WORKFLOW_EVENTS_HISTORY.FUNCTION_ID, stepId)
        .set(WORKFLOW_EVENTS_HISTORY.KEY, key)
        .set(WORKFLOW_EVENTS_HISTORY.VALUE, value.outputText())
        .set(WORKFLOW_EVENTS_HISTORY.SERIALIZATION, value.format())
        .onConflict(
            WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID,
            WORKFLOW_EVENTS_HISTORY.FUNCTION_ID,
            WORKFLOW_EVENTS_HISTORY.KEY)
        .doUpdate()
        .set(WORKFLOW_EVENTS_HISTORY.VALUE, value.outputText())
        .set(WORKFLOW_EVENTS_HISTORY.SERIALIZATION, value.format())
        .execute();
  }

  /**
   * An event and its workflow at one moment: when the workflow had ended without it, it will never
   * be set. Empty when there is no such workflow.
   */
  public static Optional<Found> find(DSLContext dsl, String workflowId, String key) {
    return dsl.select(WORKFLOW_STATUS.STATUS, WORKFLOW_EVENTS.VALUE, WORKFLOW_EVENTS.SERIALIZATION)
        .from(WORKFLOW_STATUS)
        .leftJoin(WORKFLOW_EVENTS)
        .on(
            WORKFLOW_EVENTS
                .WORKFLOW_UUID
                .eq(WORKFLOW_STATUS.WORKFLOW_UUID)
                .and(WORKFLOW_EVENTS.KEY.eq(key)))
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(workflowId))
        .fetchOptional(
            row ->
                new Found(
                    WorkflowState.of(row.value1()),
                    row.value2() == null ? null : Payload.output(row.value2(), row.value3())));
  }

  /** The latest value of every key, in the order of the keys. */
  public static List<WorkflowEvent> latest(DSLContext dsl, String workflowId) {
    return dsl.select(WORKFLOW_EVENTS.KEY, WORKFLOW_EVENTS.VALUE, WORKFLOW_EVENTS.SERIALIZATION)
        .from(WORKFLOW_EVENTS)
        .where(WORKFLOW_EVENTS.WORKFLOW_UUID.eq(workflowId))
        .orderBy(WORKFLOW_EVENTS.KEY)
        .fetch(row -> new WorkflowEvent(row.value1(), payload(row.value2(), row.value3()), null));
  }

  /** Every value a step has set, in the order of the steps. */
  public static List<WorkflowEvent> history(DSLContext dsl, String workflowId) {
    return dsl.select(
            WORKFLOW_EVENTS_HISTORY.KEY,
            WORKFLOW_EVENTS_HISTORY.VALUE,
            WORKFLOW_EVENTS_HISTORY.SERIALIZATION,
            WORKFLOW_EVENTS_HISTORY.FUNCTION_ID)
        .from(WORKFLOW_EVENTS_HISTORY)
        .where(WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID.eq(workflowId))
        .orderBy(WORKFLOW_EVENTS_HISTORY.FUNCTION_ID, WORKFLOW_EVENTS_HISTORY.KEY)
        .fetch(
            row ->
                new WorkflowEvent(row.value1(), payload(row.value2(), row.value3()), row.value4()));
  }

  /** Which of these events have been set. */
  public static List<Named> present(
      DSLContext dsl, Collection<String> workflowIds, Collection<String> keys) {
    return dsl.select(WORKFLOW_EVENTS.WORKFLOW_UUID, WORKFLOW_EVENTS.KEY)
        .from(WORKFLOW_EVENTS)
        .where(Chunks.among(dsl, WORKFLOW_EVENTS.WORKFLOW_UUID, workflowIds))
        .and(Chunks.among(dsl, WORKFLOW_EVENTS.KEY, keys))
        .fetch(row -> new Named(row.value1(), row.value2()));
  }

  private static Payload payload(String text, @Nullable String format) {
    return new Payload(text, null, format);
  }
}
