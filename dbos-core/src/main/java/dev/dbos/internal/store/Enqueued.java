package dev.dbos.internal.store;

/** What became of a row that was to be put into a queue. */
public sealed interface Enqueued {
  /** It waits there now. */
  enum Inserted implements Enqueued {
    /** The one way to be inserted. */
    ONE
  }

  /**
   * A workflow of this id was there before: perhaps put there by an earlier attempt.
   *
   * @param name its name
   */
  record Present(String name) implements Enqueued {}

  /**
   * Another workflow in the queue has its deduplication id.
   *
   * @param holderId that workflow
   */
  record Deduplicated(String holderId) implements Enqueued {}
}
