package dev.dbos.admin;

import java.util.List;

/**
 * What {@link SystemDatabaseAdmin#check()} has found out.
 *
 * @param database the database's URL without the password
 * @param findings one for each topic that could be looked at, in the order of {@link Topic}
 */
public record DatabaseReport(String database, List<Finding> findings) {
  /** Copies the list. */
  public DatabaseReport {
    findings = List.copyOf(findings);
  }

  /** Whether nothing is wrong. */
  public boolean isUsable() {
    return findings.stream().noneMatch(finding -> finding.verdict() == Verdict.PROBLEM);
  }

  /** What was looked at. */
  public enum Topic {
    /** Whether it can be reached and logged in to. */
    CONNECTION,
    /** The product and its version. */
    SERVER,
    /** Whether a connection pooler is in between. */
    POOLER,
    /** Whether the connection is encrypted. */
    ENCRYPTION,
    /** Whether changes are notified of, by LISTEN and NOTIFY. */
    NOTIFICATIONS,
    /** What the role may do. */
    PRIVILEGES,
    /** Whether the system tables are there, and of which version. */
    TABLES
  }

  /** How good or bad it is. */
  public enum Verdict {
    /** As it should be. */
    OK,
    /** It works, and is worth knowing. */
    NOTE,
    /** An application would not start. */
    PROBLEM
  }

  /**
   * One thing found out.
   *
   * @param topic what it is about
   * @param verdict how good or bad it is
   * @param text what was found; for a problem also what to do
   */
  public record Finding(Topic topic, Verdict verdict, String text) {}
}
