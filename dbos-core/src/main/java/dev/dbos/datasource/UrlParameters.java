package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The query of a PostgreSQL URL, taken apart: what belongs to the address and the credentials, and
 * what goes to the driver under its own names.
 */
final class UrlParameters {

  private static final String USER = "user";
  private static final String PASSWORD = "password";
  private static final String HOST = "host";
  private static final String PORT = "port";
  private static final String DATABASE = "dbname";

  /** Parameters that the driver wants elsewhere than among its properties. */
  static final Set<String> OF_THE_ADDRESS = Set.of(USER, PASSWORD, HOST, PORT, DATABASE);

  private static final Set<String> SECRETS = Set.of(PASSWORD, "sslpassword");
  private static final Pattern PLAIN_NAME = Pattern.compile("[A-Za-z]\\w{0,39}");
  private static final String JAVA_TRUST_STORE = "org.postgresql.ssl.DefaultJavaSSLFactory";

  private final boolean driverForm;
  private final Map<String, String> ofTheAddress = new HashMap<>();
  private final Map<String, String> driverProperties = new HashMap<>();
  private boolean secretSeen;

  private UrlParameters(boolean driverForm) {
    this.driverForm = driverForm;
  }

  /**
   * Takes {@code query} apart.
   *
   * @param driverForm whether to decode it as the JDBC driver does, where {@code +} is a blank
   * @throws ConfigurationException when a parameter is unknown, doubled or has an unusable value
   */
  static UrlParameters parse(String query, boolean driverForm) {
    UrlParameters parameters = new UrlParameters(driverForm);
    for (String piece : query.split("&")) {
      if (!piece.isEmpty()) {
        parameters.take(piece);
      }
    }
    parameters.chooseTrustStore();
    return parameters;
  }

  @Nullable String user() {
    return ofTheAddress.get(USER);
  }

  @Nullable String password() {
    return ofTheAddress.get(PASSWORD);
  }

  @Nullable String host() {
    return ofTheAddress.get(HOST);
  }

  @Nullable String port() {
    return ofTheAddress.get(PORT);
  }

  @Nullable String database() {
    return ofTheAddress.get(DATABASE);
  }

  Map<String, String> driverProperties() {
    return driverProperties;
  }

  private void take(String piece) {
    int equals = piece.indexOf('=');
    String name = equals < 0 ? piece : piece.substring(0, equals);
    boolean known = OF_THE_ADDRESS.contains(name) || DriverParameter.isKnown(name);
    if (!known) {
      throw unknown(name);
    }
    String value = decoded(equals < 0 ? "" : piece.substring(equals + 1), name);
    secretSeen |= SECRETS.contains(name);
    if (OF_THE_ADDRESS.contains(name)) {
      put(ofTheAddress, name, name, value);
    } else {
      DriverParameter.Property property = DriverParameter.translate(name, value);
      put(driverProperties, property.name(), name, property.value());
    }
  }

  private String decoded(String value, String name) {
    String spaced = driverForm ? value.replace('+', ' ') : value;
    return PercentCoding.decode(spaced, "parameter `" + name + "`");
  }

  private static void put(Map<String, String> target, String key, String name, String value) {
    if (target.putIfAbsent(key, value) != null) {
      throw new ConfigurationException(
          "The connection URL sets `" + name + "` twice; keep one", null);
    }
  }

  /**
   * Behind a password, and where the name is not even a word, what looks like a parameter is
   * probably the rest of a password with an unescaped {@code &}: it is not repeated.
   */
  private ConfigurationException unknown(String name) {
    if (secretSeen || !PLAIN_NAME.matcher(name).matches()) {
      return new ConfigurationException(
          "The connection URL has an unknown parameter"
              + (secretSeen ? " behind a password" : "")
              + "; an `&` inside a value is written as %26",
          null);
    }
    if (DriverParameter.isWithoutCounterpart(name)) {
      return new ConfigurationException(
          "The parameter `"
              + name
              + "` in the connection URL has no counterpart in the PostgreSQL JDBC driver; remove"
              + " it",
          null);
    }
    return new ConfigurationException(
        "Unknown parameter `"
            + name
            + "` in the connection URL; the nearest known one is `"
            + DriverParameter.nearest(name)
            + "`",
        null);
  }

  /**
   * Lets certificates be verified against the authorities of the Java runtime when the URL asks for
   * verification and names no certificates of its own: the driver would look for a file in the
   * user's home directory and fail.
   */
  private void chooseTrustStore() {
    boolean systemStore = "system".equals(driverProperties.get("sslrootcert"));
    if (systemStore) {
      driverProperties.remove("sslrootcert");
      if (!driverProperties
          .computeIfAbsent("sslmode", key -> "verify-full")
          .equals("verify-full")) {
        throw new ConfigurationException(
            "sslrootcert=system in the connection URL needs sslmode=verify-full", null);
      }
    }
    String mode = driverProperties.getOrDefault("sslmode", "");
    boolean ownCertificates =
        driverProperties.containsKey("sslrootcert")
            || driverProperties.containsKey("sslcert")
            || driverProperties.containsKey("sslkey");
    if (mode.startsWith("verify-") && !ownCertificates) {
      driverProperties.putIfAbsent("sslfactory", JAVA_TRUST_STORE);
    }
  }
}
