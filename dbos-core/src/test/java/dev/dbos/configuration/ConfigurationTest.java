package dev.dbos.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.ConfigurationException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where the system database comes from, and what a configuration file may say. */
class ConfigurationTest {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("DBOS_SYSTEM_DATABASE_URL", "postgresql://env/env_db");

  @TempDir private Path directory = Path.of("");

  @Test
  void withoutAnySettingTheSystemDatabaseIsAFileNamedAfterTheApplication() {
    assertThat(Configuration.ofEnvironment(Map.of()).withName("my-app").systemDatabase().file())
        .contains(Path.of("my_app.sqlite").toAbsolutePath());
  }

  @Test
  void theEnvironmentCountsMoreThanTheDefault() {
    assertThat(url(Configuration.ofEnvironment(ENVIRONMENT).withName("my-app")))
        .isEqualTo("postgresql://env:5432/env_db");
  }

  @Test
  void aVariableThatIsEmptyCountsAsUnset() {
    Configuration configuration =
        Configuration.ofEnvironment(Map.of("DBOS_SYSTEM_DATABASE_URL", " ")).withName("my-app");

    assertThat(configuration.systemDatabase().databaseName()).isEqualTo("my_app");
  }

  @Test
  void theFileCountsMoreThanTheEnvironment() throws IOException {
    Configuration configuration =
        Configuration.read(
            file("name: my-app\nsystem_database_url: postgresql://file/file_db"), ENVIRONMENT);

    assertThat(url(configuration)).isEqualTo("postgresql://file:5432/file_db");
  }

  @Test
  void theCodeCountsMoreThanTheFile() throws IOException {
    Configuration configuration =
        Configuration.read(
                file("name: my-app\nsystem_database_url: postgresql://file/file_db"), ENVIRONMENT)
            .withSystemDatabaseUrl("postgresql://code/code_db");

    assertThat(url(configuration)).isEqualTo("postgresql://code:5432/code_db");
  }

  @Test
  void withAnApplicationDatabaseOnPostgresqlTheSystemDatabaseIsBesideIt() throws IOException {
    Configuration configuration =
        read("name: my-app\napplication_database_url: postgresql://ada:pw@db:6000/shop?ssl=true");

    assertThat(configuration.systemDatabase().jdbcUrl())
        .isEqualTo("jdbc:postgresql://db:6000/shop_dbos_sys");
    assertThat(configuration.systemDatabase().password()).contains("pw");
    assertThat(configuration.systemDatabase().driverProperties()).containsEntry("ssl", "true");
  }

  @Test
  void withAnApplicationDatabaseOnSqliteTheSystemDatabaseIsTheSameFile() throws IOException {
    Configuration configuration = read("name: my-app\ndatabase_url: sqlite:////var/shop.sqlite");

    assertThat(configuration.systemDatabase().file()).contains(Path.of("/var/shop.sqlite"));
    assertThat(configuration.applicationDatabaseUrl()).contains("sqlite:////var/shop.sqlite");
  }

  @Test
  void theEnvironmentCountsMoreThanTheApplicationsDatabase() throws IOException {
    Configuration configuration =
        Configuration.read(
            file("name: my-app\napplication_database_url: postgresql://db/shop"), ENVIRONMENT);

    assertThat(url(configuration)).isEqualTo("postgresql://env:5432/env_db");
  }

  @Test
  void everyKeyIsUnderstood() throws IOException {
    Configuration configuration =
        read(
            """
            name: my-app
            system_database_url: postgresql://db/system
            application_database_url: postgresql://db/shop
            migration_url: postgresql://owner@db/system
            maintenance_database: template1
            dbos_system_schema: till "5"
            migration_mode: validate
            database:
              sys_db_pool_size: 7
              db_engine_kwargs:
                pool_size: 20
                max_overflow: 10
                pool_timeout: 12
                pool_recycle: 1800
                pool_pre_ping: true
                connect_args:
                  connect_timeout: 3
                  application_name: till
              migrate:
                - alembic upgrade head
            """);

    assertThat(configuration.name()).contains("my-app");
    assertThat(configuration.applicationDatabaseUrl()).contains("postgresql://db/shop");
    assertThat(configuration.migrationUrl()).contains("postgresql://owner@db/system");
    assertThat(configuration.maintenanceDatabase()).isEqualTo("template1");
    assertThat(configuration.systemDatabaseSchema()).isEqualTo("till \"5\"");
    assertThat(configuration.migrationMode()).isEqualTo(MigrationMode.VALIDATE);
    assertThat(configuration.systemDatabasePool())
        .isEqualTo(
            PoolOptions.DEFAULT
                .withMaximumSize(7)
                .withConnectionTimeout(Duration.ofSeconds(12))
                .withMaxLifetime(Duration.ofMinutes(30))
                .withConnectTimeout(Duration.ofSeconds(3)));
  }

  @Test
  void withoutASizeForTheSystemDatabaseItIsThatOfThePoolAndItsOverflow() throws IOException {
    Configuration configuration =
        read("name: my-app\ndatabase: {db_engine_kwargs: {pool_size: 20, max_overflow: 10}}");

    assertThat(configuration.systemDatabasePool().maximumSize()).isEqualTo(30);
  }

  @Test
  void keysOfOtherImplementationsDoNoHarm() throws IOException {
    Configuration configuration =
        read(
            """
            name: my-app
            language: python
            runtimeConfig:
              start: ["python3 main.py ${NEVER_SET}"]
            telemetry:
              logs: {logLevel: INFO}
            env:
              KEY: value
            """);

    assertThat(configuration.name()).contains("my-app");
  }

  @Test
  void variablesAreSubstituted() throws IOException {
    Configuration configuration =
        Configuration.read(
            file(
                """
                name: my-app
                system_database_url: postgresql://${WHO}:${WORD}@db/system
                database: {sys_db_pool_size: "${SIZE}"}
                """),
            Map.of("WHO", "ada", "WORD", "a$1\\b", "SIZE", "5"));

    assertThat(configuration.systemDatabaseUrl()).contains("postgresql://ada:a$1\\b@db/system");
    assertThat(configuration.systemDatabasePool().maximumSize()).isEqualTo(5);
  }

  @Test
  void aVariableThatIsNotSetIsNamedWithItsKey() {
    assertRefused(
        "name: my-app\nsystem_database_url: ${SYSTEM_DATABASE_URL}",
        "dbos-config.yaml, line 2: system_database_url needs the environment variable"
            + " SYSTEM_DATABASE_URL, which is not set.");
  }

  @Test
  void aDockerSecretIsReadFromItsFile() throws IOException {
    Files.writeString(directory.resolve("db-url"), "postgresql://db/secret\n");
    Path file = file("name: my-app\nsystem_database_url: ${DOCKER_SECRET:db-url}");

    Configuration configuration =
        ConfigurationFile.read(file, new Substitution(Map.of(), directory))
            .apply(Configuration.ofEnvironment(Map.of()));

    assertThat(configuration.systemDatabaseUrl()).contains("postgresql://db/secret");
  }

  @Test
  void aDockerSecretThatIsMissingIsNamedWithItsKey() {
    assertRefused(
        "name: my-app\nsystem_database_url: ${DOCKER_SECRET:db-url}",
        "dbos-config.yaml, line 2: system_database_url needs the Docker secret db-url, but"
            + " /run/secrets/db-url cannot be read.");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "system_databse_url: x | unknown key system_databse_url; the nearest known one is"
            + " system_database_url.",
        "database: {sys_db_poolsize: 3} | unknown key database.sys_db_poolsize; the nearest known"
            + " one is database.sys_db_pool_size.",
        "database: {sys_db_pool_size: many} | database.sys_db_pool_size must be a whole number,"
            + " not text.",
        "database: {sys_db_pool_size: 1.5} | database.sys_db_pool_size must be a whole number, not"
            + " a number.",
        "database: [1] | database must be a mapping, not a list.",
        "system_database_url: 5 | system_database_url must be text, not a whole number.",
        "system_database_url: {a: b} | system_database_url must be text, not a mapping.",
        "dbos_system_schema: true | dbos_system_schema must be text, not true or false.",
        "migration_mode: later | migration_mode must be migrate, validate or none.",
        "name: other | the key name is there twice; keep one"
      })
  void whatCannotBeMeantIsAnErrorWithTheKeyAndTheLine(String line, String message) {
    assertRefused("name: my-app\n" + line, "dbos-config.yaml, line 2: " + message);
  }

  @Test
  void twoNamesForTheApplicationsDatabaseAreOneTooMany() {
    assertRefused(
        "name: my-app\napplication_database_url: a\ndatabase_url: b",
        "dbos-config.yaml, line 3: application_database_url and database_url mean the same; keep"
            + " one.");
  }

  @Test
  void aNameIsRequired() {
    assertRefused(
        "system_database_url: postgresql://db/system",
        "dbos-config.yaml: Configuration must specify an application name. Add the key name.");
  }

  @ParameterizedTest
  @CsvSource({"- a, a list", "word, text", "'', nothing"})
  void aFileWithoutKeysIsRefused(String text, String what) {
    assertRefused(text, "dbos-config.yaml must contain a dictionary, not " + what + ".");
  }

  @Test
  void whatIsNotYamlIsNotShown() {
    assertThatThrownBy(() -> read("name: my-app\nsystem_database_url: \"postgresql://a:s3cret@b"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("dbos-config.yaml, line 2: this is not YAML: ")
        .hasMessageNotContaining("s3cret");
  }

  @Test
  void aFileThatIsNotThereIsNamed() {
    Path missing = directory.resolve("dbos-config.yaml");

    assertThatThrownBy(() -> Configuration.read(missing, Map.of()))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "The configuration file "
                + missing
                + " cannot be read. Check that it exists and is UTF-8 text.");
  }

  @Test
  void withoutTheParserAFileCannotBeReadAndEverythingElseWorks() throws Exception {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
    String without =
        Arrays.stream(classPath.split(File.pathSeparator))
            .filter(entry -> !entry.contains("snakeyaml-engine"))
            .collect(Collectors.joining(File.pathSeparator));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                without,
                ReadingWithoutYaml.class.getName(),
                "dbos-config.yaml")
            .redirectErrorStream(true)
            .start();

    assertThat(process.inputReader().lines())
        .containsExactly(
            "To read dbos-config.yaml, add the dependency org.snakeyaml:snakeyaml-engine, which is"
                + " not on the class path; on the module path also start with --add-modules"
                + " org.snakeyaml.engine.v2.",
            "SQLITE");
    assertThat(process.waitFor()).isZero();
  }

  @Test
  void noPasswordIsShown() throws IOException {
    Configuration configuration =
        read("name: my-app\nsystem_database_url: postgresql://ada:s3cret@db/system");

    assertThat(configuration).hasToString("Configuration[my-app]");
  }

  private void assertRefused(String text, String message) {
    assertThatThrownBy(() -> read(text))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }

  private Configuration read(String text) throws IOException {
    return Configuration.read(file(text), Map.of());
  }

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("dbos-config.yaml"), text);
  }

  private static String url(Configuration configuration) {
    return configuration.systemDatabase().redacted();
  }
}
