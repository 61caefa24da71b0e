package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The front of a connection URL, and what follows its colon.
 *
 * @param jdbc whether it began with {@code jdbc:}
 * @param rest everything behind the scheme's colon; may hold a password
 */
record UrlScheme(Product product, boolean jdbc, String rest) {

  /** What a scheme stands for. */
  enum Product {
    POSTGRESQL(5432),
    COCKROACHDB(26257),
    SQLITE(0);

    private final int defaultPort;

    Product(int defaultPort) {
      this.defaultPort = defaultPort;
    }

    int defaultPort() {
      return defaultPort;
    }
  }

  private static final Pattern SCHEME =
      Pattern.compile(
          "(?<jdbc>jdbc:)?(?<name>[a-z][a-z0-9.-]*)(?<driver>\\+[a-z0-9_]+)?:(?<rest>.*)",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

  private static final String ACCEPTED =
      "postgresql://, postgres://, cockroachdb://, sqlite:, jdbc:postgresql: and jdbc:sqlite:";

  /**
   * Splits the scheme off {@code url}.
   *
   * @throws ConfigurationException when there is none, or one that this library does not know
   */
  static UrlScheme of(String url) {
    Matcher matcher = SCHEME.matcher(url);
    if (!matcher.matches()) {
      throw missing();
    }
    boolean jdbc = matcher.group("jdbc") != null;
    String name = matcher.group("name").toLowerCase(Locale.ROOT);
    String rest = matcher.group("rest");
    return switch (jdbc ? "jdbc:" + name : name) {
      case "postgresql", "postgres", "jdbc:postgresql" ->
          new UrlScheme(Product.POSTGRESQL, jdbc, rest);
      case "cockroachdb" -> new UrlScheme(Product.COCKROACHDB, false, rest);
      case "sqlite", "sqlite3", "jdbc:sqlite" -> new UrlScheme(Product.SQLITE, jdbc, rest);
      default -> throw unknown(jdbc, name, rest);
    };
  }

  private static ConfigurationException unknown(boolean jdbc, String name, String rest) {
    // In `app:secret@host/db` the word before the colon is no scheme, but somebody's user.
    if (!jdbc && !rest.startsWith("//") && rest.indexOf('@') >= 0) {
      return missing();
    }
    return new ConfigurationException(
        "Unknown database URL scheme `"
            + (jdbc ? "jdbc:" : "")
            + name
            + "`; accepted are "
            + ACCEPTED,
        null);
  }

  private static ConfigurationException missing() {
    return new ConfigurationException(
        "The database URL does not begin with a scheme; accepted are " + ACCEPTED, null);
  }
}
