package dev.dbos.internal.context;

import dev.dbos.serialization.Payload;
import org.jspecify.annotations.Nullable;

/**
 * What a step did that is recorded with what it writes.
 *
 * @param payload its result
 * @param childId the workflow it started, or null
 */
public record StepEffect(Payload payload, @Nullable String childId) {}
