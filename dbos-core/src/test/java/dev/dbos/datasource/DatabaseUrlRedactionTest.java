package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.error.ConfigurationException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DatabaseUrlRedactionTest {

  private static final long SEED = 20_261_120L;
  private static final int ROUNDS = 5_000;
  private static final String HOSTILE = "@:/?#%&=+,;[]\\'\"`$!*() .~-_öß€日🔑";

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "postgresql://app:s3cret@h/shop -> postgresql://app:***@h:5432/shop",
        "postgresql://app@h/shop -> postgresql://app@h:5432/shop",
        "postgresql://:s3cret@h/shop -> postgresql://:***@h:5432/shop",
        "postgresql://app%3As3cret@h/shop -> postgresql://***@h:5432/shop",
        "cockroachdb://root@a,b/shop -> postgresql://root@a:26257,b:26257/shop",
        "jdbc:postgresql://h/shop?user=app&password=s3cret -> postgresql://app:***@h:5432/shop",
        "postgresql://h/my%20shop -> postgresql://h:5432/my%20shop",
        "postgresql://h/shop?sslmode=require&connect_timeout=5 ->"
            + " postgresql://h:5432/shop?connectTimeout=5&sslmode=require",
        "postgresql://h/shop?sslpassword=s3cret&sslkey=/k ->"
            + " postgresql://h:5432/shop?sslkey=%2Fk&sslpassword=***",
        "postgresql://h/shop?options=-c%20app.token=s3cret -> postgresql://h:5432/shop?options=***",
        "sqlite:////var/lib/shop.sqlite -> sqlite:////var/lib/shop.sqlite",
      })
  void theRedactedFormHasNoSecret(String url, String redacted) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);

    assertThat(parsed.redacted()).isEqualTo(redacted);
    assertThat(parsed).hasToString(redacted);
  }

  @Test
  void theDefaultDatabaseShowsWhereItIs() {
    assertThat(DatabaseUrl.defaultFor("my-app").redacted())
        .startsWith("sqlite:////")
        .endsWith("/my_app.sqlite");
  }

  @Test
  void encodedCredentialsComeBackAndAreNeverShown() {
    Random random = new Random(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      String user = "user" + round;
      String password = hostilePassword(random);
      String database = "db" + round;
      String url =
          random.nextBoolean()
              ? "postgresql://" + user + ":" + encoded(password) + "@h/" + database
              : "postgresql://h/" + database + "?user=" + user + "&password=" + encoded(password);

      DatabaseUrl parsed = DatabaseUrl.parse(url);

      assertThat(parsed.user()).contains(user);
      assertThat(parsed.password()).contains(password);
      assertThat(parsed.databaseName()).isEqualTo(database);
      assertShowsNoSecret(parsed.toString(), password);
      assertShowsNoSecret(parsed.jdbcUrl(), password);
      assertThat(parsed.driverProperties()).isEmpty();
    }
  }

  @Test
  void passwordsThatNobodyEncodedAreNeverShown() {
    Random random = new Random(SEED);
    List<String> forms =
        List.of(
            "postgresql://app:%s@db.example:5433/shop?sslmode=require",
            "postgresql://app:%s@db.example",
            "postgresql://app:%s@",
            "jdbc:postgresql://app:%s@db.example/shop",
            "postgresql:app:%s@db.example/shop",
            "mysql://app:%s@db.example/shop",
            "app:%s@db.example/shop",
            "sqlite://app:%s@db.example/shop",
            "postgresql://db.example/shop?user=app&password=%s&sslmode=require",
            "jdbc:postgresql://db.example/shop?user=app&password=%s",
            "postgresql://app:%s@db.example/shop?sslmod=require",
            "postgresql://app:%s@db.example:x/shop");
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      String password = hostilePassword(random);
      String url = forms.get(random.nextInt(forms.size())).replace("%s", password);
      try {
        assertShowsNoSecret(DatabaseUrl.parse(url).toString(), password);
      } catch (ConfigurationException refusal) {
        refused++;
        for (Throwable shown = refusal; shown != null; shown = shown.getCause()) {
          assertShowsNoSecret(shown.toString(), password);
        }
      }
    }
    assertThat(refused).isBetween(1, ROUNDS - 1);
  }

  /** Words that occur nowhere else, with the characters that take URLs apart between them. */
  private static String hostilePassword(Random random) {
    StringBuilder password = new StringBuilder();
    int words = 2 + random.nextInt(4);
    for (int word = 0; word < words; word++) {
      password.append("Kq").append(random.nextInt(10)).append("Zx");
      int delimiters = random.nextInt(3);
      for (int delimiter = 0; delimiter < delimiters; delimiter++) {
        int[] characters = HOSTILE.codePoints().toArray();
        password.appendCodePoint(characters[random.nextInt(characters.length)]);
      }
    }
    return password.toString();
  }

  private static void assertShowsNoSecret(String shown, String password) {
    assertThat(shown).as("with password %s", password).doesNotContain("Kq", "Zx");
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
