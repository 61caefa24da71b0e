package dev.dbos.workflow;

import dev.dbos.serialization.Positional;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a scheduled workflow gets. Stored as two arguments, as other languages' scheduled workflows
 * take them.
 *
 * <pre>{@code
 * static final WorkflowDefinition<Tick<String>, String> REPORT =
 *     WorkflowDefinition.of("report", new TypeRef<Tick<String>>() {}, String.class);
 * }</pre>
 *
 * @param scheduledAt the moment it is for, which may have passed a while ago
 * @param context what the schedule gives to each of its workflows; null when it gives nothing
 * @param <C> the type of that
 */
@Positional
public record Tick<C>(Instant scheduledAt, @Nullable C context) {}
