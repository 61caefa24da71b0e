package dev.dbos.internal.context;

import dev.dbos.serialization.Payload;
import org.jspecify.annotations.Nullable;

/**
 * The result of a step, on its way into the system database.
 *
 * @param stepId its position, from 0
 * @param name its name
 * @param payload its output or error
 * @param childId the child workflow it started or waited for, or null
 * @param startedAtMillis when it began, epoch ms
 * @param completedAtMillis when it ended, epoch ms
 */
public record StepRecord(
    int stepId,
    String name,
    Payload payload,
    @Nullable String childId,
    long startedAtMillis,
    long completedAtMillis) {}
