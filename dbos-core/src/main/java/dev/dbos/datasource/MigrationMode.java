package dev.dbos.datasource;

/** What happens to the system tables when a program starts. The default is {@link #MIGRATE}. */
public enum MigrationMode {
  /**
   * Creates the tables, or upgrades them, in one transaction. Needs the right to create a schema or
   * to alter its tables, but only when there is something to do.
   */
  MIGRATE,
  /**
   * Changes nothing and refuses to start when the tables are missing, older than this version of
   * the library needs, or closed to the role. For roles that may only read and write rows.
   */
  VALIDATE,
  /** Neither changes nor checks anything; a mismatch surfaces as an SQL error later. */
  NONE
}
