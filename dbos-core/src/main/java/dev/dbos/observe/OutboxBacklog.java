package dev.dbos.observe;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the outbox of a datasource holds that is not in the system database yet.
 *
 * @param datasource the datasource's name
 * @param waiting how many entries wait to be delivered
 * @param ageOrNull how long the oldest of those has waited, or null when none does
 * @param setAside how many entries were refused by the system database and wait for a decision
 */
public record OutboxBacklog(
    String datasource, int waiting, @Nullable Duration ageOrNull, int setAside) {
  /** How long the oldest entry that waits has waited; empty when none does. */
  public Optional<Duration> age() {
    return Optional.ofNullable(ageOrNull);
  }
}
