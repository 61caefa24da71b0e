package dev.dbos.internal.context;

/**
 * A workflow that was deleted.
 *
 * @param workflowId its id
 * @param incarnation when its row was made, epoch ms
 */
public record DeletedWorkflow(String workflowId, long incarnation) {}
