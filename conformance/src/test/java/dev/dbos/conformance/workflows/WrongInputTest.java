package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.error.WorkflowNotRegisteredException;
import dev.dbos.liquibase.LiquibaseMigrations;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What users read who got something wrong; nobody reads a password. */
class WrongInputTest {
  private static final String SECRET = "s3cr3t";
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);
  private static final PoolOptions IMPATIENT =
      PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(1));

  @TempDir Path directory;

  private static Throwable launching(String url) {
    return catchThrowable(
        () ->
            DBOS.builder("tea-shop").systemDatabaseUrl(url).systemDatabasePool(IMPATIENT).launch());
  }

  private static Throwable opening(String url) {
    return catchThrowable(() -> JdbcDatasource.builder(url).name("stock").pool(IMPATIENT).build());
  }

  private static void assertSays(
      Throwable failure, Class<? extends Throwable> type, String... parts) {
    assertThat(failure).isInstanceOf(type).hasMessageContainingAll(parts);
    for (Throwable next = failure; next != null; next = next.getCause()) {
      assertThat(String.valueOf(next.getMessage())).doesNotContain(SECRET);
    }
  }

  @Test
  void noDatabaseName() {
    String[] says = {
      "Database name must be specified in the connection URL postgresql://",
      "@db.example; append it, as in ",
      "/mydatabase"
    };
    String url = "postgresql://app:" + SECRET + "@db.example";
    assertSays(launching(url), ConfigurationException.class, says);
    assertSays(opening(url), ConfigurationException.class, says);
  }

  @Test
  void anUnknownScheme() {
    assertSays(
        launching("mysql://app:" + SECRET + "@db.example/shop"),
        ConfigurationException.class,
        "Unknown database URL scheme `mysql`; accepted are postgresql://, postgres://,");
  }

  @Test
  void anUnknownParameter() {
    assertSays(
        opening("postgresql://app:" + SECRET + "@localhost/shop?sslmod=require"),
        ConfigurationException.class,
        "Unknown parameter `sslmod` in the connection URL; the nearest known one is `sslmode`");
  }

  @Test
  void aServerThatIsNotThere() throws IOException {
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    String url = "postgresql://app:" + SECRET + "@localhost:" + port + "/shop";
    assertSays(
        launching(url),
        DatabaseUnavailableException.class,
        "Cannot open system database at postgresql://app:***@localhost:"
            + port
            + "/shop: the server cannot be reached (Connection refused). Check that it runs and that"
            + " host and port are right.");
    assertSays(
        opening(url),
        DatabaseUnavailableException.class,
        "Cannot open stock at postgresql://app:***@localhost:" + port + "/shop: ",
        "the server cannot be reached (Connection refused).");
  }

  @Test
  void aHostThatIsNotKnown() {
    assertSays(
        launching("postgresql://app:" + SECRET + "@no-such-host.invalid/shop?connectTimeout=60"),
        DatabaseUnavailableException.class,
        "Cannot open system database at ",
        "the host name is not known. Check the host of the URL.");
  }

  @Test
  void aWrongPassword() {
    TestPostgres server = TestPostgres.shared();
    String url =
        server
            .url(server.createDatabase())
            .replace("postgres:postgres@", "postgres:" + SECRET + "@");
    assertSays(
        launching(url),
        DatabaseUnavailableException.class,
        "the server refused the log-in of user postgres. Check the user name and password of the"
            + " URL.");
    assertSays(
        opening(url), DatabaseUnavailableException.class, "refused the log-in of user postgres");
  }

  @Test
  void aDatabaseThatDoesNotExist() {
    String url = TestPostgres.shared().url("no_such_shop");
    String[] says = {"the database no_such_shop does not exist. Create it, or name another."};
    assertSays(opening(url), DatabaseUnavailableException.class, says);
    assertSays(
        catchThrowable(
            () ->
                DBOS.builder("tea-shop")
                    .systemDatabaseUrl(url)
                    .migrate(MigrationMode.VALIDATE)
                    .launch()),
        DatabaseUnavailableException.class,
        says);
  }

  @Test
  void aDirectoryInsteadOfAFile() {
    String url = "sqlite:///" + directory;
    assertSays(
        launching(url),
        ConfigurationException.class,
        "Cannot open system database: " + directory + " is a directory. Name a file.");
    assertSays(
        opening(url),
        ConfigurationException.class,
        "Cannot open stock: " + directory + " is a directory. Name a file.");
  }

  @Test
  void aChangelogThatDoesNotExist() {
    assertSays(
        catchThrowable(
            () ->
                JdbcDatasource.builder("sqlite:///" + directory.resolve("shop.sqlite"))
                    .migrations(LiquibaseMigrations.fromClasspath("db/no-such-changelog.yaml"))
                    .build()),
        ConfigurationException.class,
        "No changelog db/no-such-changelog.yaml on the class path. Put it into"
            + " src/main/resources/");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ab", "a-name-of-thirty-one-characters", "TeaShop", "tea shop", "tée"})
  void anApplicationNameThatIsNotOne(String name) {
    assertThatThrownBy(() -> DBOS.builder(name))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Invalid app name "
                + name
                + ".  App names must be between 3 and 30 characters long and contain only"
                + " lowercase letters, numbers, dashes, and underscores.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "   "})
  void noApplicationName(String name) {
    assertThatThrownBy(() -> DBOS.builder(name))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Configuration must specify an application name");
  }

  @Test
  void twoWorkflowsOfOneName() {
    DbosBuilder shop = DBOS.builder("tea-shop").workflow(CHECKOUT, order -> order);
    assertThatThrownBy(() -> shop.workflow(CHECKOUT, order -> order))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "A workflow named checkout is already registered. Each needs a name of its own.");
  }

  @Test
  void twoDatasourcesOfOneName() {
    try (JdbcDatasource one = JdbcDatasource.builder("sqlite::memory:").name("stock").build();
        JdbcDatasource other = JdbcDatasource.builder("sqlite::memory:").name("stock").build()) {
      DbosBuilder shop = DBOS.builder("tea-shop").datasource(one);
      assertThatThrownBy(() -> shop.datasource(other))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "Two datasources are named stock. Give one another name with"
                  + " builder(url).name(...).");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatWasNotRegistered(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .workflow(WorkflowDefinition.of("refund", String.class, String.class), o -> o)
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "tea"))
          .isInstanceOf(WorkflowNotRegisteredException.class)
          .hasMessage(
              "Workflow checkout is not registered. Add .workflow(definition, body) to the builder"
                  + " before launch(); registered are [refund].");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aSchemaThatIsMissingOrBehindWhereItMayOnlyBeChecked(Product product) {
    try (Site site = Site.of(product)) {
      DbosBuilder shop =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .migrate(MigrationMode.VALIDATE);
      assertThatThrownBy(shop::launch)
          .isInstanceOf(SchemaException.class)
          .hasMessageStartingWith("The system database has no system tables")
          .hasMessageContaining("Start once with MigrationMode.MIGRATE");

      try (DBOS migrating = DBOS.builder("tea-shop").systemDatabaseUrl(site.systemUrl()).launch()) {
        assertThat(migrating.status("x")).isEmpty();
      }
      SystemRows.of(site).change("UPDATE dbos_migrations SET version = version - 1");
      assertThatThrownBy(shop::launch)
          .isInstanceOf(SchemaException.class)
          .hasMessageContaining("but this version of dbos requires version")
          .hasMessageContaining("Start once with MigrationMode.MIGRATE");
    }
  }
}
