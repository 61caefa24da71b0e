package dev.dbos.internal.migration;

/**
 * Where the inputs and outcomes of workflows are stored.
 *
 * <p>From version 109 on the shared tables have two more, which this library does not make but
 * finds where another implementation has. Readers of that age look there first and then in the row
 * of the workflow; older ones know only the row. So both are written, and what is in the tables
 * counts.
 */
public enum PayloadLayout {
  /** In the rows of workflows. */
  IN_ROWS,
  /** In tables of their own, with a copy in the rows. */
  IN_TABLES
}
