package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

class UrlSchemeTest {

  private static final String ACCEPTED =
      "accepted are postgresql://, postgres://, cockroachdb://, sqlite:, jdbc:postgresql: and"
          + " jdbc:sqlite:";

  @ParameterizedTest
  @NullSource
  @ValueSource(strings = {"", "  \n"})
  void aMissingUrlIsRefused(@Nullable String url) {
    assertRefused(
        url,
        "The database URL is empty; write for example postgresql://user:password@host/database or"
            + " sqlite:///file.sqlite, and check that the variable it comes from is set");
  }

  @ParameterizedTest
  @CsvSource({
    "mysql://root:s3cret@h/shop, mysql",
    "MySQL+pymysql://h/shop, mysql",
    "jdbc:mysql://h/shop, jdbc:mysql",
    "jdbc:oracle:thin:@h:1521:shop, jdbc:oracle",
    "jdbc:postgres://h/shop, jdbc:postgres",
    "jdbc:cockroachdb://h/shop, jdbc:cockroachdb",
    "sqlite4:shop.db, sqlite4",
  })
  void anUnknownSchemeIsNamed(String url, String scheme) {
    assertRefused(url, "Unknown database URL scheme `" + scheme + "`; " + ACCEPTED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "db.example/shop",
        "s3cret@db.example/shop",
        "app:s3cret@db.example/shop",
        "postgresql//app:s3cret@db.example/shop",
        "shop.sqlite",
        "/var/lib/shop.sqlite"
      })
  void aMissingSchemeIsSaidToBeMissing(String url) {
    assertRefused(url, "The database URL does not begin with a scheme; " + ACCEPTED);
  }

  private static void assertRefused(@Nullable String url, String message) {
    assertThatThrownBy(() -> DatabaseUrl.parse(url))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }
}
