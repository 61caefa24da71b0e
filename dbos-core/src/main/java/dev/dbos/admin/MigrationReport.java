package dev.dbos.admin;

/**
 * What a migration has done.
 *
 * @param databaseCreated whether the database itself had to be created
 * @param versionBefore the version of the system tables before, 0 when there were none
 * @param version their version now
 * @param hasMigrated whether tables were created or changed, those without a version, which only
 *     this library has, included
 */
public record MigrationReport(
    boolean databaseCreated, long versionBefore, long version, boolean hasMigrated) {}
