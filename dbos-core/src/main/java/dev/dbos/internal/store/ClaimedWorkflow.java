package dev.dbos.internal.store;

import org.jspecify.annotations.Nullable;

/**
 * An unfinished workflow that this process took over.
 *
 * @param workflowId its id
 * @param name its name
 * @param inputs its serialized input, or null
 * @param createdAtMillis when its row was made, epoch ms
 * @param attempts how many times it was started or recovered, this time included
 */
public record ClaimedWorkflow(
    String workflowId, String name, @Nullable String inputs, long createdAtMillis, long attempts) {}
