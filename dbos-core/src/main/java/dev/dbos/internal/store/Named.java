package dev.dbos.internal.store;

/**
 * Something of a workflow that has a name: a topic, the key of an event or of a stream.
 *
 * @param workflowId the workflow
 * @param name the name
 */
public record Named(String workflowId, String name) {}
