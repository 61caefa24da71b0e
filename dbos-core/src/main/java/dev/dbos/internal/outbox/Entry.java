package dev.dbos.internal.outbox;

import org.jspecify.annotations.Nullable;

/**
 * A row of an outbox.
 *
 * @param id which one, unique for ever
 * @param kind what it carries
 * @param workflowId the workflow it is for
 * @param orderKey those with the same one keep their order, or null
 * @param payload what it carries, as JSON
 * @param createdAtMillis when it was written, epoch ms
 */
record Entry(
    String id,
    String kind,
    String workflowId,
    @Nullable String orderKey,
    String payload,
    long createdAtMillis) {}
