package dev.dbos.internal.sql;

/**
 * Whether notifications reach a session that has said LISTEN. Where they do not, changes are found
 * by asking.
 */
public sealed interface Listening {
  /** They do. */
  record Supported() implements Listening {}

  /**
   * They do not.
   *
   * @param reason why, as the end of a sentence
   */
  record Unsupported(String reason) implements Listening {}
}
