package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;

import dev.dbos.internal.context.StepRecord;
import dev.dbos.serialization.Payload;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.Record;

/** The rows of finished steps. */
public final class StepStore {
  private StepStore() {}

  /** All recorded steps of several workflows, in one query. */
  public static Map<String, Map<Integer, RecordedStep>> load(
      DSLContext dsl, Collection<String> workflowIds) {
    Map<String, Map<Integer, RecordedStep>> steps = new HashMap<>();
    dsl.select(
            OPERATION_OUTPUTS.WORKFLOW_UUID,
            OPERATION_OUTPUTS.FUNCTION_ID,
            OPERATION_OUTPUTS.FUNCTION_NAME,
            OPERATION_OUTPUTS.OUTPUT,
            OPERATION_OUTPUTS.ERROR,
            OPERATION_OUTPUTS.SERIALIZATION,
            OPERATION_OUTPUTS.CHILD_WORKFLOW_ID)
        .from(OPERATION_OUTPUTS)
        .where(Chunks.among(dsl, OPERATION_OUTPUTS.WORKFLOW_UUID, workflowIds))
        .forEach(
            row ->
                steps
                    .computeIfAbsent(
                        row.get(OPERATION_OUTPUTS.WORKFLOW_UUID), id -> new HashMap<>())
                    .put(row.get(OPERATION_OUTPUTS.FUNCTION_ID), recorded(row)));
    return steps;
  }

  /** One recorded step. */
  public static Optional<RecordedStep> find(DSLContext dsl, String workflowId, int stepId) {
    return dsl.select(
            OPERATION_OUTPUTS.FUNCTION_NAME,
            OPERATION_OUTPUTS.OUTPUT,
            OPERATION_OUTPUTS.ERROR,
            OPERATION_OUTPUTS.SERIALIZATION,
            OPERATION_OUTPUTS.CHILD_WORKFLOW_ID)
        .from(OPERATION_OUTPUTS)
        .where(OPERATION_OUTPUTS.WORKFLOW_UUID.eq(workflowId))
        .and(OPERATION_OUTPUTS.FUNCTION_ID.eq(stepId))
        .fetchOptional(StepStore::recorded);
  }

  /** Records a step that has no row yet. */
  public static RecordedStep insert(
      DSLContext dsl, String workflowId, StepRecord step, String applicationName) {
    dsl.insertInto(OPERATION_OUTPUTS)
        .set(OPERATION_OUTPUTS.WORKFLOW_UUID, workflowId)
        .set(OPERATION_OUTPUTS.FUNCTION_ID, step.stepId())
        .set(OPERATION_OUTPUTS.FUNCTION_NAME, step.name())
        .set(OPERATION_OUTPUTS.OUTPUT, step.payload().outputText())
        .set(OPERATION_OUTPUTS.ERROR, step.payload().errorText())
        .set(OPERATION_OUTPUTS.SERIALIZATION, step.payload().format())
        .set(OPERATION_OUTPUTS.CHILD_WORKFLOW_ID, step.childId())
        .set(OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS, step.startedAtMillis())
        .set(OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS, step.completedAtMillis())
        .set(OPERATION_OUTPUTS.APPLICATION_NAME, applicationName)
        .execute();
    return new RecordedStep(step.name(), step.payload(), step.childId());
  }

  private static RecordedStep recorded(Record row) {
    return new RecordedStep(
        row.get(OPERATION_OUTPUTS.FUNCTION_NAME),
        payload(row),
        row.get(OPERATION_OUTPUTS.CHILD_WORKFLOW_ID));
  }

  static Payload payload(Record row) {
    return new Payload(
        row.get(OPERATION_OUTPUTS.OUTPUT),
        row.get(OPERATION_OUTPUTS.ERROR),
        row.get(OPERATION_OUTPUTS.SERIALIZATION));
  }
}
