package dev.dbos.conformance;

import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TestPostgres;
import java.util.List;

/**
 * A database of a PostgreSQL server that says it is CockroachDB, has none of what that lacks, and
 * reports conflicts and unknown outcomes where that does: at COMMIT. Seen so by one role only.
 */
final class CockroachLookalike {
  private static final TestPostgres SERVER = TestPostgres.shared();
  private static final String VERSION = "CockroachDB CCL v25.2.0 (lookalike)";

  private static final List<String> LOCKS =
      List.of(
          "pg_advisory_lock",
          "pg_advisory_xact_lock",
          "pg_try_advisory_lock",
          "pg_try_advisory_xact_lock");

  private CockroachLookalike() {}

  /** Who sees the databases of a site as CockroachDB. */
  static PostgresRole disguise(Site site) {
    PostgresRole role = SERVER.createRole();
    SERVER.execute("postgres", "ALTER ROLE " + role.name() + " SUPERUSER");
    // Found before what is built in.
    SERVER.execute(
        "postgres", "ALTER ROLE " + role.name() + " SET search_path = crdb, pg_catalog, public");
    disguise(new DirectSql(site.systemUrl()));
    if (!site.applicationUrl().equals(site.systemUrl())) {
      disguise(new DirectSql(site.applicationUrl()));
    }
    return role;
  }

  private static void disguise(DirectSql database) {
    database.execute("CREATE SCHEMA crdb");
    database.execute(
        "CREATE FUNCTION crdb.version() RETURNS text LANGUAGE sql AS $$SELECT '%s'$$"
            .formatted(VERSION));
    for (String lock : LOCKS) {
      database.execute(
          "CREATE FUNCTION crdb.%s(bigint) RETURNS boolean LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'unimplemented: %s' USING ERRCODE = '0A000'; END$$"
              .formatted(lock, lock));
    }
    database.execute(
        "CREATE FUNCTION crdb.pg_notify(text, text) RETURNS void LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'unimplemented: notify' USING ERRCODE = '0A000'; END$$");
  }

  static String url(String url, PostgresRole role) {
    return SERVER.url(Site.databaseName(url), role);
  }

  /**
   * Lets the first commits that have touched a table fail, and roll back.
   *
   * @param table with its schema
   * @param times how many
   */
  static void failCommits(DirectSql database, String table, String sqlState, int times) {
    String name = "commits_" + table.replace('.', '_');
    database.execute("CREATE SEQUENCE public." + name);
    // A number that has been taken stays taken when the transaction rolls back.
    database.execute(
        """
        CREATE FUNCTION public.%1$s() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
          IF nextval('public.%1$s') <= %2$d THEN
            RAISE EXCEPTION 'restart transaction: lookalike' USING ERRCODE = '%3$s';
          END IF;
          RETURN NULL;
        END$$"""
            .formatted(name, times, sqlState));
    database.execute(
        "CREATE CONSTRAINT TRIGGER %1$s AFTER INSERT OR UPDATE ON %2$s DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.%1$s()"
            .formatted(name, table));
  }

  /** How many commits that touched the table were tried. */
  static int commitsTried(DirectSql database, String table) {
    return database.number("select last_value from public.commits_" + table.replace('.', '_'));
  }
}
