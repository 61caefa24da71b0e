package dev.dbos.internal.transaction;

/**
 * A row of an output table.
 *
 * @param workflowId the workflow
 * @param stepId the step
 * @param incarnation which life of the workflow id wrote it, epoch ms
 */
public record OutputRow(String workflowId, int stepId, long incarnation) {}
