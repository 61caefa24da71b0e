package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.Skipped;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPgBouncer;
import dev.dbos.testing.TestPostgres;
import java.nio.file.Path;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code dbos check} prints, as people read it. */
class CheckCommandTest {
  private static final TestPostgres SERVER = TestPostgres.shared();

  @TempDir private Path directory = Path.of("");

  @Test
  void ofASqliteFileItTellsTheVersions() {
    try (TempSqlite file = TempSqlite.create()) {
      Terminal terminal = new Terminal(directory);
      terminal.run("migrate", file.url());

      assertThat(terminal.run("check", file.url())).isZero();

      assertThat(terminal.out().replaceFirst("SQLite [0-9.]+", "SQLite x"))
          .isEqualToNormalizingNewlines(
              """
              TOPIC                %s
              connection     ok    opened
              server         ok    SQLite x
              notifications  note  none, because SQLite has no notifications. Changes are found by asking from time to time.
              privileges     ok    sufficient
              tables         ok    version 108"""
                  .formatted(file.url()));
    }
  }

  @Test
  void aFileThatIsNotThereIsNotCreated() {
    try (TempSqlite file = TempSqlite.create()) {
      Terminal terminal = new Terminal(directory);

      assertThat(terminal.run("check", file.url())).isEqualTo(1);

      assertThat(terminal.out())
          .isEqualToNormalizingNewlines(
              """
              TOPIC                %s
              connection  problem  The file %s does not exist. An application creates it when it starts, and so does dbos migrate."""
                  .formatted(file.url(), file.path()));
      assertThat(file.path()).doesNotExist();
    }
  }

  @Test
  void ofPostgresqlItTellsWhatMatters() {
    String url = SERVER.url(SERVER.createDatabase());
    String database = url.substring(url.lastIndexOf('/') + 1);
    Terminal terminal = new Terminal(directory);
    terminal.run("migrate", url);

    assertThat(terminal.run("check", url)).isZero();

    assertThat(terminal.out().replaceFirst("PostgreSQL [0-9.]+", "PostgreSQL x"))
        .isEqualToNormalizingNewlines(
            """
            TOPIC              postgresql://postgres:***@localhost:%d/%s
            connection     ok  as postgres to database %s
            server         ok  PostgreSQL x
            pooler         ok  none
            encryption     ok  none, on the same machine
            notifications  ok  LISTEN works
            privileges     ok  sufficient
            tables         ok  version 108"""
                .formatted(SERVER.port(), database, database));
  }

  @Test
  void throughPgBouncerItTellsOfThePooler() {
    Assumptions.assumeTrue(
        TestPgBouncer.isInstalled(),
        () ->
            Skipped.loudly(
                "CheckCommandTest", "PgBouncer is not installed (apt install pgbouncer)"));
    String database = SERVER.createDatabase();
    Terminal terminal = new Terminal(directory);
    terminal.run("migrate", SERVER.url(database));

    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start()) {
      assertThat(terminal.run("check", pooler.url(database))).isZero();
    }

    assertThat(terminal.out())
        .containsPattern(
            "pooler +note  There is one\\. Transactions set their own isolation level and limits\\."
                + " Migrate an application's own tables through a direct connection\\.")
        .containsPattern(
            "notifications +note  none, because the connections go through a pooler that lends a"
                + " server for one transaction at a time\\. Changes are found by asking from time"
                + " to time\\.")
        .containsPattern("tables +ok +version 108");
  }

  @Test
  void whereNoServerListensItSaysWhatToLookAt() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("check", "postgresql://app:s3cret@localhost:1/shop")).isEqualTo(1);

    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            TOPIC                postgresql://app:***@localhost:1/shop
            connection  problem  Cannot open system database at postgresql://app:***@localhost:1/shop: the server cannot be reached (Connection refused). Check that it runs and that host and port are right.""");
    assertThat(terminal.err()).doesNotContain("s3cret");
  }

  @Test
  void aWrongPasswordIsNotRepeated() {
    String url = SERVER.url("postgres").replace(":postgres@", ":s3cret@");
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("check", url)).isEqualTo(1);

    assertThat(terminal.out())
        .contains(
            "problem  Cannot open system database at postgresql://postgres:***@localhost:"
                + SERVER.port()
                + "/postgres: the server refused the log-in of user postgres. Check the user name"
                + " and password of the URL.")
        .doesNotContain("s3cret");
  }

  @Test
  void missingTablesAreAProblemWithARemedy() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("check", SERVER.url(SERVER.createDatabase()))).isEqualTo(1);

    assertThat(terminal.out())
        .contains(
            "tables         problem  There are no system tables in schema dbos. Run dbos migrate.");
  }

  @Test
  void missingRightsComeWithTheStatementsThatGiveThem() {
    String database = SERVER.createDatabase();
    PostgresRole role = SERVER.createRole();
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("check", SERVER.url(database, role))).isEqualTo(1);
    assertThat(terminal.out())
        .contains(
            "privileges     problem  The role lacks rights. Have an owner run: GRANT CREATE ON"
                + " DATABASE "
                + database
                + " TO "
                + role.name()
                + ";");

    terminal.run("migrate", SERVER.url(database));
    assertThat(terminal.run("check", SERVER.url(database, role))).isEqualTo(1);
    assertThat(terminal.out())
        .contains(
            "privileges     problem  The role lacks rights. Have an owner run: GRANT USAGE ON SCHEMA"
                + " \"dbos\" TO "
                + role.name()
                + "; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA \"dbos\" TO "
                + role.name()
                + ";");

    terminal.run("migrate", SERVER.url(database), "--app-role", role.name());
    assertThat(terminal.run("check", SERVER.url(database, role))).as(terminal.out()).isZero();
  }

  @Test
  void answersInJsonForPrograms() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("check", "--json", "postgresql://app:s3cret@localhost:1/shop"))
        .isEqualTo(1);

    assertThat(terminal.out())
        .startsWith(
            """
            {
              "database" : "postgresql://app:***@localhost:1/shop",
              "usable" : false,
              "findings" : [ {
                "topic" : "connection",
                "verdict" : "problem",
            """
                .stripTrailing());
  }
}
