package dev.dbos.internal.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.internal.sql.Dialect;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What CockroachDB is given instead of PostgreSQL's statements. */
class CockroachStatementsTest {
  private static final Dialect COCKROACH = new Dialect.Postgres(Dialect.Flavor.COCKROACHDB);
  private static final TestPostgres SERVER = TestPostgres.shared();

  @Test
  void theyMayBeRepeatedAndMakeTheSameTables() throws SQLException {
    String database = SERVER.createDatabase();
    String ours = SERVER.createDatabase();
    SystemDatabases.migrate(SERVER.url(ours));
    List<String> statements = SystemSchema.ddl(COCKROACH, "dbos");

    for (int times = 0; times < 2; times++) {
      // Each by itself, in no transaction with the others.
      statements.forEach(statement -> SERVER.execute(database, statement));
    }

    try (Connection here = SERVER.connect(database);
        Connection there = SERVER.connect(ours)) {
      PostgresCatalog made = new PostgresCatalog(here, "dbos");
      PostgresCatalog wanted = new PostgresCatalog(there, "dbos");
      assertThat(made.columns()).hasSameSizeAs(wanted.columns());
      assertThat(made.indexes()).isEqualTo(wanted.indexes());
      assertThat(made.constraints()).isEqualTo(wanted.constraints());
      assertThat(made.version()).isEqualTo(108);
      assertThat(made.functions()).isEmpty();
      assertThat(made.triggers()).isEmpty();
    }
  }

  @Test
  void anUpgradeHasNothingThatItLacks() {
    assertThat(SystemSchema.upgradeDdl(COCKROACH, "dbos", 41))
        .isNotEmpty()
        .noneMatch(
            statement ->
                statement.matches("(?s)^(DO|CREATE FUNCTION|DROP TRIGGER|DROP FUNCTION).*"))
        .last()
        .isEqualTo("UPDATE \"dbos\".dbos_migrations SET version = 108");
  }
}
