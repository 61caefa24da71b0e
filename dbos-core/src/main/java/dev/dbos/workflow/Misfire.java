package dev.dbos.workflow;

/**
 * What becomes of the ticks of a schedule that were missed: those for which, a minute later, no
 * process of the application had been there to start the workflow. Ticks that pass while a schedule
 * is paused are never made up for.
 */
public enum Misfire {
  /** Nothing; other implementations call it a schedule without automatic backfill. */
  SKIP,
  /** When some were missed, only the last of all that are due by now starts a workflow. */
  LAST_ONLY,
  /** All of them are; other implementations call it automatic backfill. */
  ALL
}
