package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import dev.dbos.internal.text.Spelling;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The query parameters of PostgreSQL, by libpq's names and by those of the JDBC driver. */
final class DriverParameter {

  /** A property as the driver takes it. */
  record Property(String name, String value) {}

  /**
   * What becomes of a parameter: the driver's name of it, the check on its value, and the driver's
   * words for libpq's.
   */
  private record Rule(String property, Values values, Map<String, String> words) {}

  private enum Values {
    TEXT,
    SECONDS,
    ONE_OF
  }

  private static final Pattern WHOLE_NUMBER = Pattern.compile("[0-9]{1,6}");

  /** Where libpq and the driver have the same name, or only the driver has one. */
  private static final Set<String> DRIVER_TEXTS =
      Set.of(
          "ApplicationName",
          "assumeMinServerVersion",
          "binaryTransfer",
          "currentSchema",
          "defaultRowFetchSize",
          "gssUseDefaultCreds",
          "gsslib",
          "hostRecheckSeconds",
          "jaasApplicationName",
          "jaasLogin",
          "kerberosServerName",
          "loadBalanceHosts",
          "localSocketAddress",
          "logServerErrorDetail",
          "logUnclosedConnections",
          "maxResultBuffer",
          "options",
          "pemKeyAlgorithm",
          "preferQueryMode",
          "prepareThreshold",
          "preparedStatementCacheQueries",
          "preparedStatementCacheSizeMiB",
          "reWriteBatchedInserts",
          "receiveBufferSize",
          "requireAuth",
          "sendBufferSize",
          "socketFactory",
          "socketFactoryArg",
          "ssl",
          "sslcert",
          "sslfactory",
          "sslfactoryarg",
          "sslhostnameverifier",
          "sslkey",
          "sslpassword",
          "sslrootcert",
          "stringtype",
          "tcpKeepAlive",
          "tcpNoDelay");

  private static final Set<String> DRIVER_SECONDS =
      Set.of("cancelSignalTimeout", "connectTimeout", "loginTimeout", "socketTimeout");

  private static final Map<String, String> TARGET_SERVER_TYPES =
      Map.of(
          "any", "any",
          "read-write", "primary",
          "primary", "primary",
          "read-only", "secondary",
          "standby", "secondary",
          "prefer-standby", "preferSecondary");

  private static final Map<String, String> SSL_MODES =
      same("disable", "allow", "prefer", "require", "verify-ca", "verify-full");
  private static final Map<String, String> CHANNEL_BINDINGS = same("disable", "prefer", "require");
  private static final Map<String, String> GSS_MODES =
      same("disable", "allow", "prefer", "require");
  private static final Map<String, String> SSL_NEGOTIATIONS = same("postgres", "direct");

  private static final Map<String, Rule> RULES = rules();

  /** What libpq has and the driver has not, so that a suggestion would mislead. */
  private static final Set<String> WITHOUT_COUNTERPART =
      Set.of(
          "client_encoding",
          "gssdelegation",
          "hostaddr",
          "keepalives_count",
          "keepalives_idle",
          "keepalives_interval",
          "passfile",
          "replication",
          "requirepeer",
          "service",
          "ssl_max_protocol_version",
          "ssl_min_protocol_version",
          "sslcertmode",
          "sslcompression",
          "sslcrl",
          "sslcrldir",
          "sslsni",
          "tcp_user_timeout");

  private DriverParameter() {}

  static boolean isKnown(String name) {
    return RULES.containsKey(name);
  }

  static boolean isWithoutCounterpart(String name) {
    return WITHOUT_COUNTERPART.contains(name);
  }

  /** Every known name of a driver property. */
  static Set<String> properties() {
    return RULES.values().stream().map(Rule::property).collect(Collectors.toUnmodifiableSet());
  }

  /** The known name that takes the fewest changes to get from {@code name}, whatever the case. */
  static String nearest(String name) {
    return Spelling.nearest(
        name,
        Stream.concat(RULES.keySet().stream(), UrlParameters.OF_THE_ADDRESS.stream()).toList());
  }

  /**
   * The driver's form of a known parameter.
   *
   * @throws ConfigurationException when the value is not one that the parameter takes; it is not
   *     shown, since it may be a part of a password
   */
  static Property translate(String name, String value) {
    Rule rule = RULES.get(name);
    if (rule == null) {
      throw new IllegalArgumentException("Not a known parameter: " + name);
    }
    return new Property(
        rule.property(),
        switch (rule.values()) {
          case TEXT -> text(name, value);
          case SECONDS -> seconds(name, value);
          case ONE_OF -> oneOf(name, value, rule.words());
        });
  }

  private static String text(String name, String value) {
    if (value.isEmpty() && name.equals("ssl")) {
      return "true";
    }
    if (value.isEmpty()) {
      throw unusable(name, "has no value");
    }
    return value;
  }

  private static String seconds(String name, String value) {
    if (!WHOLE_NUMBER.matcher(value).matches()) {
      throw unusable(name, "must be a whole number of seconds, 0 for no limit");
    }
    return Integer.toString(Integer.parseInt(value));
  }

  private static String oneOf(String name, String value, Map<String, String> words) {
    String translated = words.get(value);
    if (translated == null) {
      throw unusable(name, "must be one of " + String.join(", ", new TreeMap<>(words).keySet()));
    }
    return translated;
  }

  private static ConfigurationException unusable(String name, String what) {
    return new ConfigurationException(
        "The parameter `" + name + "` in the connection URL " + what, null);
  }

  private static Map<String, Rule> rules() {
    Map<String, Rule> rules = new TreeMap<>();
    DRIVER_TEXTS.forEach(name -> rules.put(name, new Rule(name, Values.TEXT, Map.of())));
    DRIVER_SECONDS.forEach(name -> rules.put(name, new Rule(name, Values.SECONDS, Map.of())));
    rules.put("application_name", new Rule("ApplicationName", Values.TEXT, Map.of()));
    rules.put("connect_timeout", new Rule("connectTimeout", Values.SECONDS, Map.of()));
    rules.put("krbsrvname", new Rule("kerberosServerName", Values.TEXT, Map.of()));
    rules.put("require_auth", new Rule("requireAuth", Values.TEXT, Map.of()));
    choice(rules, "sslmode", "sslmode", SSL_MODES);
    choice(rules, "channel_binding", "channelBinding", CHANNEL_BINDINGS);
    choice(rules, "channelBinding", "channelBinding", CHANNEL_BINDINGS);
    choice(rules, "gssencmode", "gssEncMode", GSS_MODES);
    choice(rules, "gssEncMode", "gssEncMode", GSS_MODES);
    choice(rules, "sslnegotiation", "sslNegotiation", SSL_NEGOTIATIONS);
    choice(rules, "sslNegotiation", "sslNegotiation", SSL_NEGOTIATIONS);
    choice(rules, "keepalives", "tcpKeepAlive", Map.of("0", "false", "1", "true"));
    choice(
        rules,
        "load_balance_hosts",
        "loadBalanceHosts",
        Map.of("disable", "false", "random", "true"));
    choice(rules, "target_session_attrs", "targetServerType", TARGET_SERVER_TYPES);
    choice(
        rules,
        "targetServerType",
        "targetServerType",
        same("any", "primary", "secondary", "preferPrimary", "preferSecondary"));
    return Map.copyOf(rules);
  }

  private static void choice(
      Map<String, Rule> rules, String name, String property, Map<String, String> words) {
    rules.put(name, new Rule(property, Values.ONE_OF, words));
  }

  private static Map<String, String> same(String... words) {
    return Stream.of(words).collect(Collectors.toUnmodifiableMap(word -> word, word -> word));
  }
}
