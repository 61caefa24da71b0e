package dev.dbos.internal.transaction;

import dev.dbos.serialization.Payload;
import org.jspecify.annotations.Nullable;

/**
 * The recorded result of a transaction, as its row says.
 *
 * @param payload the output or error
 * @param stepName the step's name, or null in a row of another implementation
 * @param incarnation which life of the workflow id wrote it, or null likewise
 * @param attempt the token of the run that wrote it, or null where the table has none
 * @param createdAtMillis when it was written, epoch ms
 */
record FoundOutcome(
    Payload payload,
    @Nullable String stepName,
    @Nullable Long incarnation,
    @Nullable String attempt,
    long createdAtMillis) {

  /** Whether it belongs to the life of the id that began at {@code incarnationMillis}. */
  boolean isOfIncarnation(long incarnationMillis) {
    return incarnation == null
        ? createdAtMillis >= incarnationMillis
        : incarnation == incarnationMillis;
  }
}
