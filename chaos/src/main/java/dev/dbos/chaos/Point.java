package dev.dbos.chaos;

/** The marked places in a transfer where a worker can be stopped and killed. */
enum Point {
  /** A run begins, the first or a later one. */
  BEGUN,
  /** In a plain step. */
  IN_STEP,
  /** In a transaction before its first statement. */
  IN_BODY,
  /** In a transaction behind its last statement. */
  BEFORE_COMMIT,
  /** A transaction was committed, and the workflow goes on. */
  AFTER_COMMIT,
  /** The child was started. */
  CHILD_STARTED,
  /** In the child. */
  IN_CHILD,
  /** Everything is done but the end of the workflow. */
  BEFORE_END;

  /** Whether a database may be locked there. */
  boolean isInTransaction() {
    return this == IN_BODY || this == BEFORE_COMMIT;
  }
}
