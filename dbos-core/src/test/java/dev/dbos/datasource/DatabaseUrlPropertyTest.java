package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.error.ConfigurationException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.postgresql.Driver;

/** What holds of every URL, tried on many. */
class DatabaseUrlPropertyTest {
  private static final String SEED = "20261121";
  private static final String SECRET = "Kq7Zx";
  private static final Map<String, String> PARAMETERS =
      Map.of(
          "sslmode", "require",
          "connect_timeout", "7",
          "application_name", "till 1",
          "options", "-c a=b",
          "keepalives", "0",
          "target_session_attrs", "read-write",
          "channel_binding", "prefer",
          "currentSchema", "sales");

  /** One URL, in parts, none of them encoded. */
  record Parts(
      String scheme,
      String user,
      String password,
      List<String> hosts,
      String database,
      List<String> parameters) {
    String url() {
      String query =
          parameters.stream()
              .map(name -> name + "=" + encoded(String.valueOf(PARAMETERS.get(name))))
              .collect(Collectors.joining("&", parameters.isEmpty() ? "" : "?", ""));
      return scheme
          + "://"
          + encoded(user)
          + ":"
          + encoded(password)
          + "@"
          + String.join(",", hosts)
          + "/"
          + encoded(database)
          + query;
    }
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }

  @Provide
  Arbitrary<Parts> parts() {
    Arbitrary<String> text =
        Arbitraries.strings()
            .withCharRange(' ', '~')
            .withChars('\u00df', '\u20ac', '\u65e5')
            .ofMinLength(1)
            .ofMaxLength(12);
    Arbitrary<String> host =
        Arbitraries.of(
            "db", "db.example:6000", "127.0.0.1", "[::1]", "[2001:db8::7]:5433", "a_b-c");
    return Combinators.combine(
            Arbitraries.of(
                "postgresql", "postgres", "POSTGRESQL", "postgresql+psycopg", "cockroachdb"),
            text,
            text.map(word -> word + SECRET),
            host.list().ofMinSize(1).ofMaxSize(3),
            text,
            Arbitraries.subsetOf(PARAMETERS.keySet()).map(List::copyOf))
        .as(Parts::new);
  }

  @Property(seed = SEED)
  void whatIsEncodedComesBack(@ForAll("parts") Parts parts) {
    DatabaseUrl url = DatabaseUrl.parse(parts.url());

    assertThat(url.user()).contains(parts.user());
    assertThat(url.password()).contains(parts.password());
    assertThat(url.databaseName()).isEqualTo(parts.database());
    assertThat(url.driverProperties()).hasSameSizeAs(parts.parameters());
    assertThat(url).isEqualTo(DatabaseUrl.parse("  " + parts.url() + "\n"));
  }

  @Property(seed = SEED)
  void theDriverReadsTheSameDatabaseAndHosts(@ForAll("parts") Parts parts) {
    DatabaseUrl url = DatabaseUrl.parse(parts.url());

    Properties read = Driver.parseURL(url.jdbcUrl(), null);

    assertThat(read).isNotNull();
    assertThat(read.getProperty("PGDBNAME")).isEqualTo(parts.database());
    assertThat(read.getProperty("PGHOST").split(",")).hasSameSizeAs(parts.hosts());
    assertThat(read.getProperty("user")).isNull();
  }

  @Property(seed = SEED)
  void whatIsPrintedLeadsToTheSamePlaceAndShowsNoSecret(@ForAll("parts") Parts parts) {
    // A colon in the user makes it a likely password, which is not shown.
    Assume.that(!parts.user().contains(":"));
    DatabaseUrl url = DatabaseUrl.parse(parts.url());

    String printed = url.toString();

    assertThat(printed + url.jdbcUrl() + url.driverProperties()).doesNotContain(SECRET);
    DatabaseUrl again = DatabaseUrl.parse(printed);
    assertThat(again.jdbcUrl()).isEqualTo(url.jdbcUrl());
    assertThat(again.toString()).isEqualTo(printed);
  }

  @Property(seed = SEED)
  void everyPathOfAFileComesBack(@ForAll("paths") String path) {
    DatabaseUrl url = DatabaseUrl.parse("sqlite:///" + path);

    assertThat(url.file()).contains(Path.of(path).toAbsolutePath().normalize());
    assertThat(DatabaseUrl.parse(url.toString())).isEqualTo(url);
    assertThat(DatabaseUrl.parse("sqlite3:///" + path)).isEqualTo(url);
  }

  @Provide
  Arbitrary<String> paths() {
    Arbitrary<String> name =
        Arbitraries.strings()
            .withCharRange('!', '>')
            .withCharRange('@', '~')
            .withChars(' ', '\u00e9')
            .ofMinLength(1)
            .ofMaxLength(8)
            .filter(part -> part.indexOf('/') < 0)
            .map(part -> "f" + part.strip() + "f");
    return Combinators.combine(
            Arbitraries.of("", "/", "/var/"), name.list().ofMinSize(1).ofMaxSize(3))
        .as((root, names) -> root + String.join("/", names));
  }

  @Property(seed = SEED)
  void hostileInputIsReadOrRefusedAndNeverRepeatsASecret(@ForAll("hostile") String text) {
    try {
      assertThat(DatabaseUrl.parse(text).toString()).doesNotContain(SECRET);
    } catch (ConfigurationException refused) {
      for (Throwable shown = refused; shown != null; shown = shown.getCause()) {
        assertThat(String.valueOf(shown.getMessage())).doesNotContain(SECRET);
      }
    }
  }

  /** Scraps of URLs in any order, behind credentials that nobody encoded. */
  @Provide
  Arbitrary<String> hostile() {
    Arbitrary<String> scrap =
        Arbitraries.of(
            "/",
            "//",
            ":",
            "@",
            "?",
            "#",
            "&",
            "%",
            "%2",
            "%zz",
            "%00",
            "=",
            "[",
            "]",
            "[::1]",
            ",",
            "+",
            " ",
            "..",
            "\\",
            "db",
            "5432",
            "sslmode=require",
            "user=app",
            "host=h",
            "\0");
    return Combinators.combine(
            Arbitraries.of(
                "postgresql://app:",
                "jdbc:postgresql://app:",
                "cockroachdb://app:",
                "postgres:app:"),
            scrap.list().ofMaxSize(3),
            scrap.list().ofMaxSize(6))
        .as(
            (front, before, after) ->
                front + String.join("", before) + SECRET + String.join("", after) + "@h/shop");
  }
}
