package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.text.StoredName;

/**
 * The most that one stored value may take: an input, an output, an event, a message, a value of a
 * stream, attributes. It keeps a value that no database could take, or nobody could read again
 * without running out of memory, from being written. What is stored already is read whatever it
 * takes.
 *
 * @param bytes of UTF-8, as it is stored; from 1 KiB to 256 MiB
 */
public record PayloadLimit(int bytes) {
  private static final int KIB = 1024;
  private static final int MIB = 1024 * KIB;

  /** 64 MiB. */
  public static final PayloadLimit DEFAULT = new PayloadLimit(64 * MIB);

  /** The most there may be: PostgreSQL's JSON takes no longer text. */
  public static final PayloadLimit MOST = new PayloadLimit(256 * MIB);

  /**
   * Checks it.
   *
   * @throws IllegalArgumentException when it is less than 1 KiB or more than 256 MiB
   */
  public PayloadLimit {
    if (bytes < KIB || bytes > 256 * MIB) {
      throw new IllegalArgumentException(
          "A payload limit is from 1 KiB to 256 MiB, that is "
              + KIB
              + " to "
              + 256 * MIB
              + " bytes: "
              + bytes);
    }
  }

  /**
   * Returns {@code text}.
   *
   * @throws SerializationException when it takes more
   */
  public String require(String text) {
    if (isExceededBy(text)) {
      throw exceeded();
    }
    return text;
  }

  boolean isExceededBy(String text) {
    return StoredName.isLongerThan(text, bytes);
  }

  SerializationException exceeded() {
    return new SerializationException(
        "The value takes more than "
            + shown()
            + " as JSON, the most that is stored for one value; keep it elsewhere and store where it"
            + " is, or raise payloadLimit(...)",
        null);
  }

  /** {@code 64 MiB}, or {@code 1500 bytes}. */
  private String shown() {
    if (bytes % MIB == 0) {
      return bytes / MIB + " MiB";
    }
    return bytes % KIB == 0 ? bytes / KIB + " KiB" : bytes + " bytes";
  }
}
