package dev.dbos.datasource;

/** Whether a PostgreSQL server is asked to tell what changes in the system database. */
public enum ListenMode {
  /**
   * Yes, after a test that it does. A server or a pooler that cannot is noticed, and then what
   * somebody waits for is found by polling.
   */
  AUTO,
  /**
   * No; for a pooler that hands out another session for each transaction and hides that too well
   * for the test.
   */
  OFF
}
