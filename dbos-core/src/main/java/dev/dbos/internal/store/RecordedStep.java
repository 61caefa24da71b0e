package dev.dbos.internal.store;

import dev.dbos.serialization.Payload;
import org.jspecify.annotations.Nullable;

/**
 * A step as an earlier run recorded it.
 *
 * @param name its name
 * @param payload its output or error
 * @param childId the child workflow it started or waited for, or null
 */
public record RecordedStep(String name, Payload payload, @Nullable String childId) {}
