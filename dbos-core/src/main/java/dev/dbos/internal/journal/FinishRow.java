package dev.dbos.internal.journal;

import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowState;

/**
 * A workflow that ended.
 *
 * @param workflowId the workflow
 * @param runToken the run that ended it; refused when another run owns the workflow
 * @param state SUCCESS or ERROR
 * @param outcome the output or error
 * @param completedAtMillis when, epoch ms
 */
public record FinishRow(
    String workflowId,
    String runToken,
    WorkflowState state,
    Payload outcome,
    long completedAtMillis) {}
