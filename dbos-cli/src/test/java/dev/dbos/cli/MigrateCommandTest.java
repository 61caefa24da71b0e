package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MigrateCommandTest {
  private static final TestPostgres SERVER = TestPostgres.shared();

  @TempDir private Path directory = Path.of("");

  @Test
  void migratesASystemDatabaseOnceAndSaysSo() {
    try (TempSqlite file = TempSqlite.create()) {
      Terminal terminal = new Terminal(directory);

      assertThat(terminal.run("migrate", file.url())).isZero();
      assertThat(terminal.out())
          .isEqualTo("Created the system tables of " + file.url() + " at version 108.");

      assertThat(terminal.run("migrate", file.url())).isZero();
      assertThat(terminal.out())
          .isEqualTo("The system tables of " + file.url() + " are at version 108 already.");
      assertThat(terminal.err()).isEmpty();
    }
  }

  @Test
  void answersInJsonForPrograms() {
    try (TempSqlite file = TempSqlite.create()) {
      Terminal terminal = new Terminal(directory);

      assertThat(terminal.run("migrate", "--json", "--url", file.url())).isZero();

      assertThat(terminal.out())
          .isEqualToNormalizingNewlines(
              """
              {
                "database" : "%s",
                "databaseCreated" : false,
                "versionBefore" : 0,
                "version" : 108
              }"""
                  .formatted(file.url()));
    }
  }

  @Test
  void createsTheDatabaseWhenTheServerHasNone() {
    String url = SERVER.url("missing_" + SERVER.createDatabase());
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("migrate", url)).as(terminal.err()).isZero();

    assertThat(terminal.out())
        .isEqualTo(
            "Created the system tables of "
                + url.replace(":postgres@", ":***@")
                + " at version 108, in a new database.");
    assertThat(terminal.run("check", url)).as(terminal.out()).isZero();
  }

  @Test
  void aRoleThatMayNotCreateTheDatabaseIsToldTheStatement() {
    PostgresRole role = SERVER.createRole();
    String database = "missing_" + SERVER.createDatabase();
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("migrate", SERVER.url(database, role))).isEqualTo(1);

    assertThat(terminal.err())
        .isEqualTo(
            "dbos: The database "
                + database
                + " of the system database does not exist and could not be created from database"
                + " postgres: ERROR: permission denied to create database. Have somebody who may"
                + " run: CREATE DATABASE \""
                + database
                + "\" OWNER \""
                + role.name()
                + "\";")
        .doesNotContain(role.password());
  }

  @Test
  void theCommandLineCountsMoreThanTheFileAndThatMoreThanTheEnvironment() throws IOException {
    try (TempSqlite named = TempSqlite.create();
        TempSqlite configured = TempSqlite.create();
        TempSqlite environment = TempSqlite.create()) {
      Terminal terminal =
          new Terminal(directory).variable("DBOS_SYSTEM_DATABASE_URL", environment.url());

      assertThat(terminal.run("migrate")).isZero();
      assertThat(terminal.out()).contains(environment.url());

      Files.writeString(
          directory.resolve("dbos-config.yaml"),
          "name: till\nsystem_database_url: " + configured.url() + "\n");
      assertThat(terminal.run("migrate")).isZero();
      assertThat(terminal.out()).contains(configured.url());

      assertThat(terminal.run("migrate", named.url())).isZero();
      assertThat(terminal.out()).contains(named.url());
    }
  }

  @Test
  void withoutAnyDatabaseItSaysHowToNameOne() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("migrate")).isEqualTo(1);

    assertThat(terminal.err())
        .isEqualTo(
            "dbos: No system database is named. Give its URL, set the environment variable"
                + " DBOS_SYSTEM_DATABASE_URL, or put system_database_url into dbos-config.yaml.");
  }

  @Test
  void whatIsPrintedMakesTheTablesAndLetsTheApplicationIn() {
    String database = SERVER.createDatabase();
    PostgresRole role = SERVER.createRole();
    Terminal terminal = new Terminal(directory);

    assertThat(
            terminal.run(
                "print-migrations",
                SERVER.url(database),
                "--schema",
                "till \"5\"",
                "--app-role",
                role.name()))
        .isZero();
    assertThat(terminal.out()).contains("CREATE SCHEMA IF NOT EXISTS \"till \"\"5\"\"\";");
    SERVER.execute(database, terminal.out());

    assertThat(terminal.run("check", SERVER.url(database, role), "--schema", "till \"5\""))
        .as(terminal.out() + terminal.err())
        .isZero();
  }

  @Test
  void theStatementsOfAnUpgradeArePrintedAlone() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("print-migrations", "postgresql://till/db", "--from", "107")).isZero();

    assertThat(terminal.out())
        .startsWith(
            """
            ALTER TABLE "dbos".queues
                ADD COLUMN IF NOT EXISTS partition_concurrency int4,
                ADD COLUMN IF NOT EXISTS partition_worker_concurrency int4,
                ADD COLUMN IF NOT EXISTS partition_rate_limit_max int4,
                ADD COLUMN IF NOT EXISTS partition_rate_limit_period_sec double precision;

            CREATE TABLE IF NOT EXISTS "dbos".java_""")
        .endsWith(
            """
            );

            UPDATE "dbos".dbos_migrations SET version = 108;""");
  }

  @Test
  void forCockroachdbNothingIsPrintedThatItLacks() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("print-migrations", "cockroachdb://till/db", "--cockroachdb")).isZero();

    assertThat(terminal.out())
        .contains("CREATE TABLE IF NOT EXISTS \"dbos\".workflow_status (")
        .doesNotContain("FUNCTION", "TRIGGER");
  }

  @Test
  void aMisspeltCommandIsAnsweredWithTheOneThatMayBeMeant() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("migrat")).isEqualTo(2);

    assertThat(terminal.err()).contains("Did you mean: dbos migrate");
  }
}
