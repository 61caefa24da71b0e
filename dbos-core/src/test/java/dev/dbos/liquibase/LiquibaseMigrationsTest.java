package dev.dbos.liquibase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.SchemaException;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiquibaseMigrationsTest {

  @TempDir Path directory;

  @Test
  void aMissingResourceIsNamedWithTheWayOut() {
    assertThatThrownBy(() -> migrate(LiquibaseMigrations.fromClasspath("db/changelog.yaml")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "No changelog db/changelog.yaml on the class path. Put it into"
                + " src/main/resources/db/changelog.yaml, correct the name given to"
                + " LiquibaseMigrations.fromClasspath, or use LiquibaseMigrations.fromPath for a"
                + " file.");
  }

  @Test
  void aMissingFileIsNamedWithTheDirectory() {
    Path missing = directory.resolve("changelog.yaml");

    assertThatThrownBy(() -> migrate(LiquibaseMigrations.fromPath(missing)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("there is no file " + missing)
        .hasMessageContaining("working directory");
  }

  @Test
  void aMissingIncludeIsNamed() throws Exception {
    Path file = directory.resolve("changelog.yaml");
    Files.writeString(file, "databaseChangeLog:\n  - include:\n      file: prices.sql\n");

    assertThatThrownBy(() -> migrate(LiquibaseMigrations.fromPath(file)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(
            "The changelog changelog.yaml cannot be used: The file prices.sql was not found."
                + " Included files are looked up from the root of the changelog, or, with"
                + " relativeToChangelogFile: true, from the file that includes them.");
  }

  @Test
  void aChangelogThatCannotBeParsedIsNamed() throws Exception {
    Path file = directory.resolve("changelog.yaml");
    Files.writeString(file, "databaseChangeLog: [");

    assertThatThrownBy(() -> migrate(LiquibaseMigrations.fromPath(file)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("The changelog changelog.yaml cannot be used: ");
  }

  @Test
  void aDirectoryRecordsChangesetsLikeTheClassPath() throws Exception {
    Path resources = Path.of("src", "test", "resources");

    migrate(LiquibaseMigrations.fromDirectory(resources, "shop/changelog.yaml"));
    migrate(LiquibaseMigrations.fromClasspath("shop/changelog.yaml"));
  }

  @Test
  void theLockTimeoutIsPositive() {
    LiquibaseMigrations shop = LiquibaseMigrations.fromClasspath("shop/changelog.yaml");

    assertThatThrownBy(() -> shop.withLockTimeout(Duration.ZERO))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("The lock timeout of LiquibaseMigrations is PT0S; it must be positive.");
  }

  @Test
  void anInterruptEndsTheWait() throws Exception {
    Path database = directory.resolve("shop.sqlite");
    SqliteGuard other = new SqliteGuard(database);
    assertThat(other.tryAcquire()).isTrue();
    try {
      Thread.currentThread().interrupt();

      assertThatThrownBy(() -> migrate(LiquibaseMigrations.fromClasspath("shop/changelog.yaml")))
          .isInstanceOf(SchemaException.class)
          .hasMessageStartingWith("Interrupted while waiting to migrate");
      assertThat(Thread.interrupted()).isTrue();
    } finally {
      other.release();
    }
    migrate(LiquibaseMigrations.fromClasspath("shop/changelog.yaml"));
  }

  @Test
  void saysWhichDependencyIsMissing() throws Exception {
    String without =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(each -> !each.contains("liquibase-core"))
            .collect(Collectors.joining(File.pathSeparator));

    Process process =
        ChildJvm.start(
            without, MigratingWithoutLiquibase.class, "jdbc:sqlite:" + directory.resolve("shop"));

    assertThat(ChildJvm.output(process)).contains("org.liquibase:liquibase-core:4.33.0");
  }

  @Test
  void contactsNoHost() throws Exception {
    List<URI> contacted = new CopyOnWriteArrayList<>();
    ProxySelector before = ProxySelector.getDefault();
    ProxySelector.setDefault(new RecordingSelector(contacted));
    try {
      migrate(LiquibaseMigrations.fromClasspath("shop/changelog.yaml"));
    } finally {
      ProxySelector.setDefault(before);
    }

    assertThat(contacted).isEmpty();
  }

  @Test
  void printsNothing() throws Exception {
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream recorder = new PrintStream(printed, true, StandardCharsets.UTF_8);
    System.setOut(recorder);
    System.setErr(recorder);
    try {
      migrate(LiquibaseMigrations.fromClasspath("shop/changelog.yaml"));
      migrate(LiquibaseMigrations.fromClasspath("shop/changelog.yaml"));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }

    // Our own logger, which the tests send to standard error, is the application's to silence.
    assertThat(printed.toString(StandardCharsets.UTF_8).lines())
        .filteredOn(line -> !line.contains(" dev.dbos.liquibase.LiquibaseMigrations - "))
        .isEmpty();
  }

  private void migrate(LiquibaseMigrations migrations) throws SQLException {
    try (Connection connection =
        DriverManager.getConnection("jdbc:sqlite:" + directory.resolve("shop.sqlite"))) {
      migrations.apply(connection);
    }
  }

  /** Notes every host that is about to be contacted by URL and lets none be reached. */
  private static final class RecordingSelector extends ProxySelector {
    private final List<URI> contacted;

    RecordingSelector(List<URI> contacted) {
      this.contacted = contacted;
    }

    @Override
    public List<Proxy> select(URI uri) {
      contacted.add(uri);
      throw new IllegalArgumentException("No host is to be contacted, but was: " + uri);
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
      contacted.add(uri);
    }
  }
}
