package dev.dbos.serialization;

import org.jspecify.annotations.Nullable;

/**
 * The format in which results of steps and transactions are stored; by default {@link TaggedJson}.
 *
 * <p>There is no declared type on the way back: the text alone has to say what it holds. An
 * implementation must be safe for use by many threads at once, and what it writes must stay
 * readable for as long as workflows that were started under it may run.
 */
public interface Serializer {

  /**
   * The name of the format, stored beside every text written in it and never changed once rows
   * exist. It must not be empty, and not one of the names other implementations use for their own
   * formats.
   */
  String name();

  /**
   * Writes a value as text that a PostgreSQL {@code TEXT} column can hold: no NUL characters, no
   * unpaired surrogates.
   *
   * @throws dev.dbos.error.SerializationException if the value could not be read back later
   */
  String serialize(@Nullable Object value);

  /**
   * Reads what {@link #serialize} wrote: an equal value.
   *
   * @throws dev.dbos.error.SerializationException if the text is not in this format or names types
   *     that may not be loaded
   */
  @Nullable Object deserialize(String text);
}
