package dev.dbos.admin;

/**
 * What a migration has done.
 *
 * @param databaseCreated whether the database itself had to be created
 * @param versionBefore the version of the system tables before, 0 when there were none
 * @param version their version now
 */
public record MigrationReport(boolean databaseCreated, long versionBefore, long version) {
  /** Whether tables were created or changed. */
  public boolean hasMigrated() {
    return versionBefore < version;
  }
}
