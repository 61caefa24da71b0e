package dev.dbos.workflow;

/** How far an operation on workflows reaches. */
public enum Reach {
  /** Only the workflows that are named. */
  ONLY_THESE,
  /** Also those that they have started, and what those have started, to the end. */
  WITH_CHILDREN
}
