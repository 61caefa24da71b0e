package dev.dbos.internal.migration;

import java.util.List;
import java.util.regex.Pattern;

/**
 * PostgreSQL's statements of the system tables as CockroachDB takes them.
 *
 * <p>It runs each in a transaction of its own, whatever surrounds it, and has no lock that keeps
 * others from doing the same. So each has to find its work done without complaint, and the version
 * is written last: whoever finds an older one repeats everything.
 */
final class CockroachStatements {
  private static final Pattern TABLE = Pattern.compile("^CREATE TABLE (?!IF NOT EXISTS)");
  private static final Pattern INDEX = Pattern.compile("^CREATE (UNIQUE )?INDEX (?!IF NOT EXISTS)");
  private static final Pattern VERSION = Pattern.compile("^(INSERT INTO .*dbos_migrations .*)$");

  /** It has no triggers that notify, and functions of ours would need them. */
  private static final Pattern WITHOUT =
      Pattern.compile("^(CREATE|DROP) (TRIGGER|FUNCTION)\\b.*|^DO\\b.*", Pattern.DOTALL);

  private CockroachStatements() {}

  static List<String> of(List<String> statements) {
    return statements.stream()
        .filter(statement -> !WITHOUT.matcher(statement).matches())
        .map(CockroachStatements::repeatable)
        .toList();
  }

  private static String repeatable(String statement) {
    String tables = TABLE.matcher(statement).replaceFirst("CREATE TABLE IF NOT EXISTS ");
    String indexes = INDEX.matcher(tables).replaceFirst("CREATE $1INDEX IF NOT EXISTS ");
    String version = VERSION.matcher(indexes).replaceFirst("$1 ON CONFLICT DO NOTHING");
    // It does not turn the default into the column's type by itself.
    return version.replace(
        "DEFAULT gen_random_uuid() PRIMARY", "DEFAULT gen_random_uuid()::text PRIMARY");
  }
}
