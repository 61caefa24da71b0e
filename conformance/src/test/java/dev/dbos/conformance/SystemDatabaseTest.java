package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static dev.dbos.conformance.Eventually.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.datasource.DatasourceBuilder;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Where the system database is, how it comes to be there, and in which schema its tables are. */
class SystemDatabaseTest {
  private static final TestPostgres SERVER = TestPostgres.shared();

  @TempDir private Path directory = Path.of("");

  /** Runs a workflow with nothing but a name; where it is stored is told by the environment. */
  static final class Unconfigured {
    private Unconfigured() {}

    public static void main(String[] arguments) {
      try (DBOS dbos = DBOS.builder("checkout-service").workflow(CHECKOUT, sku -> 1).launch()) {
        System.out.println("result " + dbos.run(CHECKOUT, "tea"));
      }
    }
  }

  @Test
  void theEnvironmentNamesTheSystemDatabaseOfAProgramThatNamesNone() throws Exception {
    try (TempSqlite file = TempSqlite.create();
        ChildJvm child =
            ChildJvm.builder(Unconfigured.class)
                .environment("DBOS_SYSTEM_DATABASE_URL", file.url())
                .start()) {
      child.awaitLine("result 1"::equals, PATIENCE);
      child.awaitExit(PATIENCE);

      assertThat(new DirectSql(file.url()).number("select count(*) from workflow_status"))
          .isEqualTo(1);
    }
  }

  @Test
  void aConfigurationFileIsEnoughToLaunch() throws IOException {
    try (TempSqlite file = TempSqlite.create()) {
      Path configuration =
          Files.writeString(
              directory.resolve("dbos-config.yaml"),
              "name: checkout-service\nsystem_database_url: " + file.url());
      try (DBOS dbos = DBOS.builder(configuration).workflow(CHECKOUT, sku -> 1).launch()) {
        assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(1);
      }
      assertThat(file.path()).exists();
    }
  }

  @Test
  void whatIsSetInTheProgramCountsMoreThanTheFile() throws IOException {
    try (TempSqlite inFile = TempSqlite.create();
        TempSqlite inProgram = TempSqlite.create()) {
      Path configuration =
          Files.writeString(
              directory.resolve("dbos-config.yaml"),
              "name: checkout-service\nsystem_database_url: " + inFile.url());
      try (DBOS dbos =
          DBOS.builder(configuration)
              .systemDatabaseUrl(inProgram.url())
              .workflow(CHECKOUT, sku -> 1)
              .launch()) {
        dbos.run(CHECKOUT, "tea");
      }
      assertThat(inFile.path()).doesNotExist();
      assertThat(inProgram.path()).exists();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", "Checkout", "a-name-of-more-than-thirty-characters", "a b c"})
  void anApplicationsNameIsOfThreeToThirtyPlainCharacters(String name) {
    assertThatThrownBy(() -> DBOS.builder(name))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Invalid app name "
                + name
                + ".  App names must be between 3 and 30 characters long and contain only"
                + " lowercase letters, numbers, dashes, and underscores.");
  }

  @Test
  void anApplicationNeedsAName() {
    assertThatThrownBy(() -> DBOS.builder(" "))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Configuration must specify an application name");
  }

  @Test
  void aUrlWithoutADatabaseIsRefused() {
    assertThatThrownBy(
            () ->
                DBOS.builder("checkout-service")
                    .systemDatabaseUrl("postgresql://ada:s3cret@localhost/")
                    .launch())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Database name must be specified in the connection URL postgresql://ada:***@localhost;"
                + " append it, as in postgresql://ada:***@localhost/mydatabase");
  }

  @Test
  void aDatabaseThatIsMissingIsCreatedHoweverManyStartAtOnce() {
    String url = SERVER.url("missing_" + SERVER.createDatabase());
    List<CompletableFuture<Integer>> starts = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String executor = "till-" + i;
      starts.add(
          CompletableFuture.supplyAsync(
              () -> {
                try (DBOS dbos =
                    Checkout.runtime(url)
                        .executorId(executor)
                        .workflow(CHECKOUT, sku -> 1)
                        .launch()) {
                  return dbos.run(CHECKOUT, "tea");
                }
              }));
    }

    starts.forEach(start -> assertThat(start.join()).isEqualTo(1));
  }

  @Test
  void itIsCreatedFromTheMaintenanceDatabaseThatIsNamed() {
    String maintenance = SERVER.createDatabase();
    PostgresRole role = SERVER.createRole();
    SERVER.execute("postgres", "ALTER ROLE " + role.name() + " CREATEDB");
    SERVER.execute("postgres", "REVOKE CONNECT ON DATABASE postgres FROM PUBLIC");
    try (DBOS dbos =
        Checkout.runtime(SERVER.url("missing_" + maintenance, role))
            .maintenanceDatabase(maintenance)
            .workflow(CHECKOUT, sku -> 1)
            .launch()) {
      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(1);
    } finally {
      SERVER.execute("postgres", "GRANT CONNECT ON DATABASE postgres TO PUBLIC");
    }
  }

  @Test
  void whoOnlyValidatesCreatesNothing() {
    String database = "missing_" + SERVER.createDatabase();

    assertThatThrownBy(
            () ->
                Checkout.runtime(SERVER.url(database))
                    .migrate(MigrationMode.VALIDATE)
                    .workflow(CHECKOUT, sku -> 1)
                    .launch())
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessageContaining("database " + database + " does not exist");
  }

  @Test
  void aServerThatIsAwayIsNotAskedToCreateAnything() {
    assertThatThrownBy(
            () ->
                Checkout.runtime("postgresql://ada:s3cret@localhost:1/shop")
                    .workflow(CHECKOUT, sku -> 1)
                    .launch())
        .isInstanceOf(DatabaseUnavailableException.class)
        .isNotInstanceOf(SchemaException.class)
        .hasMessageContaining("postgresql://ada:***@localhost:1/shop")
        .hasMessageNotContaining("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"C$+0m'\"x", "My Schema", "日程表", "select", "dbos.dbos", "${schema}"})
  void theTablesMayBeInASchemaOfAnyName(String schema) throws Exception {
    Setting setting =
        new Setting(Adapter.JOOQ, Product.POSTGRESQL, Site.Arrangement.DIFFERENT_DATABASE);
    Options inSchema =
        new Options() {
          @Override
          public <B extends DatasourceBuilder<B, ?>> B applyTo(B builder) {
            return builder.name("shop").schema(schema);
          }
        };
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop(inSchema);
      DBOS dbos =
          premises.launch(
              runtime ->
                  runtime
                      .systemDatabaseSchema(schema)
                      .datasource(shop.datasource())
                      .workflow(
                          CHECKOUT, sku -> shop.call("reserve", tables -> tables.reserve(sku))));

      assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);
      assertThat(dbos.steps(dbos.list(dev.dbos.workflow.WorkflowQuery.all()).getFirst().id()))
          .hasSize(1);
      String literal = schema.replace("'", "''");
      String query =
          "select count(*) from pg_tables where tablename not like 'java\\_%' and schemaname = '"
              + literal
              + "'";
      assertThat(premises.ledger().system().number(query)).isEqualTo(11);
      assertThat(premises.ledger().application().number(query)).isEqualTo(2);
    }
  }
}
