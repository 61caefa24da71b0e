package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SqliteUrlErrorTest {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqlite:",
        "sqlite:///",
        "sqlite:////",
        "jdbc:sqlite:",
        "sqlite:///data/",
        "sqlite:.",
        "sqlite:///data/.."
      })
  void anSqliteUrlWithoutAFileIsRefused(String url) {
    assertRefused(
        url,
        "The SQLite URL names no file; write for example sqlite:///file.sqlite, or sqlite::memory:"
            + " for a database in memory");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sqlite://shop.sqlite",
        "sqlite://app:s3cret@h/shop.sqlite",
        "sqlite://app:s3?cret=1@h/shop.sqlite"
      })
  void anSqliteUrlWithAHostIsRefused(String url) {
    assertRefused(
        url,
        "An SQLite URL has no host: write sqlite:///file.sqlite with three slashes for a file in"
            + " the working directory, four for an absolute path");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "jdbc:sqlite:file:shop?mode=memory&cache=shared",
        "sqlite:file:shop.sqlite",
        "jdbc:sqlite::resource:shop.sqlite"
      })
  void specialNamesOfSqliteAreRefused(String url) {
    assertRefused(
        url,
        "SQLite's `file:` and `:resource:` names are not supported in a database URL; write the"
            + " path, as in sqlite:////var/lib/app.sqlite, or sqlite::memory:");
  }

  @ParameterizedTest
  @CsvSource({
    "sqlite:///shop.sqlite?journal_mode=DELETE, ' but this one has `journal_mode`'",
    "sqlite:///shop.sqlite?key=s3cret&mode=ro, ' but this one has `key`'",
    "sqlite:///what?.sqlite, ' and a file name may hold no `?`'",
  })
  void parametersOfSqliteAreRefused(String url, String reason) {
    assertRefused(
        url,
        "SQLite URLs take no parameters,"
            + reason
            + "; remove everything from the `?` on, since SQLite's pragmas are set by the library");
  }

  @Test
  void aPathThatTheSystemCannotHaveIsRefused() {
    assertRefused(
        "sqlite:///a\0b",
        "The SQLite URL holds a path that this system cannot have: Nul character not allowed");
  }

  private static void assertRefused(String url, String message) {
    assertThatThrownBy(() -> DatabaseUrl.parse(url))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }
}
