package dev.dbos.workflow;

/** What registering a queue does when one of its name is registered with other settings. */
public enum QueueConflict {
  /**
   * Replaces them when the caller's is the latest version of its application, so that an old
   * version that is still running does not undo what the new one says. The default of an
   * application; a client has no version and cannot ask for it.
   */
  UPDATE_IF_LATEST_VERSION,
  /** Replaces them. The default of a client. */
  ALWAYS_UPDATE,
  /** Leaves them as they are. */
  NEVER_UPDATE
}
