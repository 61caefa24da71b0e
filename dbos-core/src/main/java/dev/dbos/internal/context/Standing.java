package dev.dbos.internal.context;

import org.jspecify.annotations.Nullable;

/**
 * How a workflow stood when something was written for it.
 *
 * @param state the stored status text
 * @param owner the token of the run that owns it, or null when nobody does
 */
public record Standing(String state, @Nullable String owner) {}
