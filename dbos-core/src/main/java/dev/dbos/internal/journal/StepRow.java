package dev.dbos.internal.journal;

import dev.dbos.internal.context.StepRecord;

/**
 * A step that ended.
 *
 * @param workflowId the workflow
 * @param runToken the run that did it; refused when another run owns the workflow
 * @param applicationName the application
 * @param step what it recorded
 */
public record StepRow(
    String workflowId, String runToken, String applicationName, StepRecord step) {}
