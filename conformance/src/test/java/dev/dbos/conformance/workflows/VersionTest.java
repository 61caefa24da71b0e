package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.ApplicationVersion;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class VersionTest {
  private static final Instant MORNING = Instant.parse("2026-03-01T08:00:00Z");

  private final SettableClock clock = new SettableClock();

  private DbosBuilder shop(Site site, String version) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .applicationVersion(version);
  }

  private static String logOf(Runnable launch) {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      launch.run();
    } finally {
      System.setErr(before);
    }
    return written.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theOneThatWasLaunchedFirstLastIsTheLatest(Product product) {
    try (Site site = Site.of(product)) {
      shop(site, "v1").launch().close();
      clock.advance(Duration.ofHours(1));
      try (DBOS other =
          DBOS.builder("book-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .clock(clock)
              .applicationVersion("books")
              .launch()) {
        assertThat(other.versions()).extracting(ApplicationVersion::name).containsExactly("books");
      }
      try (DBOS dbos = shop(site, "v2").launch()) {
        assertThat(dbos.versions())
            .containsExactly(
                new ApplicationVersion(
                    "v2", MORNING.plus(Duration.ofHours(1)), MORNING.plus(Duration.ofHours(1))),
                new ApplicationVersion("v1", MORNING, MORNING));
        assertThat(dbos.latestVersion()).map(ApplicationVersion::name).contains("v2");
      }
      shop(site, "v1").launch().close();
      try (DBOS dbos = shop(site, "v2").launch()) {
        assertThat(dbos.latestVersion()).map(ApplicationVersion::name).contains("v2");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOlderOneCanBeMadeTheLatestAlsoWithAClockThatIsBehind(Product product) {
    try (Site site = Site.of(product)) {
      shop(site, "v1").launch().close();
      clock.advance(Duration.ofHours(1));
      shop(site, "v2").launch().close();
      clock.advance(Duration.ofHours(-2));
      try (DBOS dbos = shop(site, "v1").launch()) {
        dbos.setLatestVersion("v1");
        assertThat(dbos.latestVersion()).map(ApplicationVersion::name).contains("v1");
        assertThat(dbos.versions().getFirst().registeredAt()).isEqualTo(MORNING);
        assertThatThrownBy(() -> dbos.setLatestVersion("v3"))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "Application tea-shop was never launched at version v3; known are [v1, v2].");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoeverLaunchesAnotherOneIsWarned(Product product) {
    try (Site site = Site.of(product)) {
      shop(site, "v1").launch().close();
      clock.advance(Duration.ofHours(1));
      assertThat(logOf(() -> shop(site, "v2").launch().close())).doesNotContain("latest version");
      assertThat(logOf(() -> shop(site, "v1").launch().close()))
          .contains(
              "WARN",
              "Application tea-shop is launched at version v1, but its latest version is v2, which"
                  + " takes the work that is for no version in particular. If this one is to take"
                  + " it, call setLatestVersion");
    }
  }
}
