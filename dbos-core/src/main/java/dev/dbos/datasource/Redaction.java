package dev.dbos.datasource;

import java.io.File;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The forms of a URL that people may see. */
final class Redaction {

  static final String MASK = "***";

  /** Parameters that hold a secret, or free text in which one may be hidden. */
  private static final Set<String> MASKED =
      Set.of("sslpassword", "options", "socketFactoryArg", "sslfactoryarg");

  private Redaction() {}

  static String of(Location location, Credentials credentials, Map<String, String> properties) {
    return switch (location) {
      case Location.Server server ->
          "postgresql://"
              + prefix(credentials)
              + server.authority()
              + "/"
              + PercentCoding.encode(server.databaseName())
              + query(properties);
      case Location.File file ->
          "sqlite:///" + file.path().toString().replace(File.separatorChar, '/');
      case Location.Memory memory -> "sqlite::memory:";
    };
  }

  /** The user and a masked password with the {@code @} behind them, or nothing. */
  static String prefix(Credentials credentials) {
    String user = credentials.user();
    boolean hasPassword = credentials.password() != null;
    if (user == null) {
      return hasPassword ? ":" + MASK + "@" : "";
    }
    // A colon in the user is most likely user:password whose colon was encoded by mistake.
    String shownUser = user.contains(":") ? MASK : PercentCoding.encode(user);
    return shownUser + (hasPassword ? ":" + MASK : "") + "@";
  }

  private static String query(Map<String, String> properties) {
    if (properties.isEmpty()) {
      return "";
    }
    return properties.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + shown(entry.getKey(), entry.getValue()))
        .collect(Collectors.joining("&", "?", ""));
  }

  private static String shown(String property, String value) {
    return MASKED.contains(property) ? MASK : PercentCoding.encode(value);
  }
}
