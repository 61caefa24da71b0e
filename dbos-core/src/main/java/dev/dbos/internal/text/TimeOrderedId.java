package dev.dbos.internal.text;

import java.util.UUID;

/**
 * Ids that begin with the time: UUIDs of version 7 (RFC 9562, section 5.7). Rows that are made one
 * after the other are neighbours in every index that begins with the id, so that a commit changes
 * few pages however large the tables are.
 */
public final class TimeOrderedId {
  private static final int TIME_SHIFT = 16;
  private static final long VERSION = 0x7000;
  private static final long RANDOM_BITS_BESIDE_VERSION = 0x0FFF;

  private TimeOrderedId() {}

  /** A new one; of those of one millisecond the order is random. */
  public static String at(long epochMillis) {
    UUID random = UUID.randomUUID();
    return new UUID(
            (epochMillis << TIME_SHIFT)
                | VERSION
                | (random.getMostSignificantBits() & RANDOM_BITS_BESIDE_VERSION),
            random.getLeastSignificantBits())
        .toString();
  }
}
