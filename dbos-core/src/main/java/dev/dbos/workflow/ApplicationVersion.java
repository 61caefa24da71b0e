package dev.dbos.workflow;

import java.time.Instant;

/**
 * A version that an application has been launched at.
 *
 * @param name the version
 * @param registeredAt when it was launched first
 * @param latestSince when it became the latest, by its first launch or by being made so; the
 *     greatest of all is the latest version's
 */
public record ApplicationVersion(String name, Instant registeredAt, Instant latestSince) {}
