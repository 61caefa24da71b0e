package dev.dbos.conformance;

import static dev.dbos.conformance.PoolTest.TWO_IMPATIENT;
import static dev.dbos.conformance.PoolTest.ask;
import static dev.dbos.conformance.PoolTest.newDatabase;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.datasource.Credentials;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.PostgresRole;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.WorkflowDefinition;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Who logs in to a database, and what is said when they may not. */
class CredentialsTest {
  private static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);

  @Test
  void credentialsAreAskedForEachNewConnectionSoThatAPasswordMayRotate() {
    TestPostgres server = TestPostgres.shared();
    String database = server.createDatabase();
    PostgresRole role = server.createRole();
    server.execute(database, "grant create on database " + database + " to " + role.name());
    AtomicReference<String> password = new AtomicReference<>(role.password());
    AtomicInteger asked = new AtomicInteger();
    String url = "postgresql://" + role.name() + "@localhost:" + server.port() + "/" + database;
    try (JdbcDatasource shop =
        JdbcDatasource.builder(url)
            .name("shop")
            .pool(PoolOptions.DEFAULT.withMaximumSize(2))
            .applicationName("rotating")
            .credentials(
                () -> {
                  asked.incrementAndGet();
                  return Credentials.password(String.valueOf(password.get()));
                })
            .build()) {
      assertThat(ask(shop, "select current_user")).isEqualTo(role.name());
      assertThat(asked).as("by the pool itself, and for the one connection").hasValue(2);

      password.set("n3w-s3cr3t");
      server.execute(database, "alter role " + role.name() + " password 'n3w-s3cr3t'");
      assertThat(ask(shop, "select 1")).as("on the connection that is open").isEqualTo("1");
      server.terminateBackends(database, "rotating");

      assertThat(ask(shop, "select current_user")).isEqualTo(role.name());
      assertThat(asked).hasValueGreaterThan(2);
    }
  }

  @Test
  void theSystemDatabaseLogsInWithSuppliedCredentialsToo() {
    TestPostgres server = TestPostgres.shared();
    String url = "postgresql://localhost:" + server.port() + "/" + server.createDatabase();
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(url)
            .systemDatabaseCredentials(() -> Credentials.of("postgres", "postgres"))
            .workflow(ORDER, sku -> sku + "!")
            .launch()) {
      assertThat(dbos.run(ORDER, "tea")).isEqualTo("tea!");
      assertThat(dbos.applicationDatasource().name()).isEqualTo("application database");
    }
  }

  @Test
  void aSupplierThatFailsIsToldFromAServerThatRefuses() {
    String url = newDatabase();
    assertThatThrownBy(
            () ->
                JdbcDatasource.builder(url)
                    .name("shop")
                    .pool(TWO_IMPATIENT)
                    .credentials(
                        () -> {
                          throw new IllegalStateException("the vault is sealed");
                        })
                    .build())
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessageStartingWith("Cannot open shop at postgresql://postgres:***@localhost:")
        .hasMessageEndingWith(
            ": the supplier given to credentials(...) failed: the vault is sealed");
    assertThatThrownBy(
            () ->
                JdbcDatasource.builder(url)
                    .name("shop")
                    .pool(TWO_IMPATIENT)
                    .credentials(() -> Credentials.of("postgres", "gu3ss"))
                    .build())
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessageEndingWith(
            "the server refused the log-in of user postgres. Check the user name and password of"
                + " the URL.");
  }

  @Test
  void aSupplierThatFailsLaterIsNotTakenForAPoolThatIsUsedUp() {
    TestPostgres server = TestPostgres.shared();
    String database = server.createDatabase();
    AtomicBoolean sealed = new AtomicBoolean();
    try (JdbcDatasource shop =
        JdbcDatasource.builder(server.url(database))
            .name("shop")
            .applicationName("sealed")
            .pool(TWO_IMPATIENT.withConnectionTimeout(Duration.ofSeconds(5)))
            .credentials(
                () -> {
                  if (sealed.get()) {
                    throw new IllegalStateException("the vault is sealed");
                  }
                  return Credentials.password("postgres");
                })
            .build()) {
      sealed.set(true);
      server.terminateBackends(database, "sealed");

      assertThatThrownBy(() -> ask(shop, "select 1"))
          .isInstanceOf(DatabaseUnavailableException.class)
          .hasMessage(
              "No connection to shop can be opened: the supplier given to credentials(...) failed:"
                  + " the vault is sealed");
    }
  }

  @Test
  void credentialsAreRefusedWhereNobodyLogsIn() throws SQLException {
    assertThatThrownBy(
            () ->
                JdbcDatasource.builder("sqlite::memory:")
                    .name("shop")
                    .credentials(() -> Credentials.of("app", "s3cr3t"))
                    .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "SQLite knows no users, so shop at sqlite::memory: takes no credentials(...). Remove"
                + " them.");
    javax.sql.DataSource source = PoolTest.source(newDatabase());
    assertThatThrownBy(
            () ->
                JdbcDatasource.builder(source)
                    .name("shop")
                    .credentials(() -> Credentials.of("app", "s3cr3t"))
                    .build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "Datasource shop uses the data source it was given, so credentials(...) and"
                + " configurePool(...) have no effect. Set them on that data source.");
  }
}
