package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads what follows {@code postgresql:}, with or without {@code jdbc:} in front.
 *
 * <p>The usual accident is a password with an unescaped {@code @ : / ? # &}. A stray {@code @} is
 * harmless, since the last one in front of the path ends the password. Any other cuts the password
 * in two, and its second half looks like a path or a query: then a raw {@code @} appears where none
 * may be, and the URL is refused with a message that repeats nothing of it.
 */
final class PostgresUrlParser {

  private static final Pattern HOST_NAME = Pattern.compile("[\\p{L}\\p{N}._-]+");
  private static final Pattern IPV6_ADDRESS = Pattern.compile("\\[[0-9A-Fa-f:.]+]");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private final UrlScheme scheme;
  private final String authority;
  private final String path;
  private final String query;

  private PostgresUrlParser(UrlScheme scheme) {
    this.scheme = scheme;
    String rest = hierarchical(scheme);
    int end = firstOf(rest, "/?#");
    this.authority = rest.substring(0, end);
    int question = rest.indexOf('?', end);
    this.path = rest.substring(end, question < 0 ? rest.length() : question);
    this.query = question < 0 ? "" : rest.substring(question + 1);
  }

  static DatabaseUrl parse(UrlScheme scheme) {
    return new PostgresUrlParser(scheme).parse();
  }

  private DatabaseUrl parse() {
    refuseUnescaped();
    // Before the query: behind a broken host, what looks like one is the rest of a password.
    namedHosts(null);
    UrlParameters parameters = UrlParameters.parse(query, scheme.jdbc());
    Credentials credentials = credentials(parameters);
    List<Location.HostAndPort> hosts = hosts(parameters);
    String database = databaseName(parameters);
    if (database.isEmpty()) {
      throw missingDatabase(credentials, hosts);
    }
    return new DatabaseUrl(
        new Location.Server(hosts, database), credentials, parameters.driverProperties());
  }

  /**
   * The rest behind {@code //}; the driver's short form {@code jdbc:postgresql:name} has no host.
   */
  private static String hierarchical(UrlScheme scheme) {
    String rest = scheme.rest();
    if (rest.startsWith("//")) {
      return rest.substring(2);
    }
    if (scheme.jdbc() && !rest.startsWith("/")) {
      return "/" + rest;
    }
    throw new ConfigurationException(
        "A PostgreSQL URL needs two slashes behind the scheme, as in"
            + " postgresql://user:password@host/database",
        null);
  }

  private void refuseUnescaped() {
    // The JDBC driver takes both characters in values, and its URLs carry passwords there.
    boolean driverForm = scheme.jdbc() && authority.indexOf('@') < 0;
    String checked = driverForm ? path : path + query;
    if (firstOf(checked, "@#") < checked.length()) {
      throw new ConfigurationException(
          "The connection URL has an unescaped `@` or `#` behind the host; percent-encode special"
              + " characters of user and password: @ as %40, : as %3A, / as %2F, ? as %3F, # as"
              + " %23, % as %25",
          null);
    }
  }

  private Credentials credentials(UrlParameters parameters) {
    int at = authority.lastIndexOf('@');
    if (at < 0) {
      return new Credentials(parameters.user(), parameters.password());
    }
    if (parameters.user() != null || parameters.password() != null) {
      throw new ConfigurationException(
          "The connection URL has credentials in front of the host and as parameters; keep one",
          null);
    }
    String userInfo = authority.substring(0, at);
    int colon = userInfo.indexOf(':');
    String user = colon < 0 ? userInfo : userInfo.substring(0, colon);
    String password = colon < 0 ? "" : userInfo.substring(colon + 1);
    return new Credentials(
        PercentCoding.decode(user, "user"), PercentCoding.decode(password, "password"));
  }

  private List<Location.HostAndPort> hosts(UrlParameters parameters) {
    @Nullable String parameter = parameters.host();
    if (parameter == null) {
      return namedHosts(parameters.port());
    }
    if (authority.length() > authority.lastIndexOf('@') + 1) {
      throw givenTwice("host");
    }
    return hosts(parameter, parameters.port());
  }

  private List<Location.HostAndPort> namedHosts(@Nullable String portParameter) {
    return hosts(authority.substring(authority.lastIndexOf('@') + 1), portParameter);
  }

  private List<Location.HostAndPort> hosts(String list, @Nullable String portParameter) {
    List<Location.HostAndPort> hosts = new ArrayList<>();
    for (String host : list.split(",", -1)) {
      hosts.add(hostAndPort(host, portParameter));
    }
    return hosts;
  }

  private Location.HostAndPort hostAndPort(String text, @Nullable String portParameter) {
    refuseSocket(text);
    int colon = text.indexOf(':', text.indexOf(']') + 1);
    String host = colon < 0 ? text : text.substring(0, colon);
    if (host.isEmpty()) {
      host = "localhost";
    } else if (!HOST_NAME.matcher(host).matches() && !IPV6_ADDRESS.matcher(host).matches()) {
      throw new ConfigurationException(
          "The host in the connection URL is malformed; write a name, an IPv4 address, or an IPv6"
              + " address in brackets, such as [::1]",
          null);
    }
    if (colon >= 0 && portParameter != null) {
      throw givenTwice("port");
    }
    String port = colon >= 0 ? text.substring(colon + 1) : portParameter;
    return new Location.HostAndPort(host, port == null ? defaultPort() : port(port));
  }

  private int defaultPort() {
    return scheme.product().defaultPort();
  }

  private int port(String text) {
    if (text.isEmpty()) {
      return defaultPort();
    }
    int port = PORT.matcher(text).matches() ? Integer.parseInt(text) : 0;
    if (port < 1 || port > 65_535) {
      throw new ConfigurationException(
          "The port in the connection URL must be a number from 1 to 65535; when it is a password,"
              + " `@` and the host are missing behind it, or its special characters are not"
              + " percent-encoded",
          null);
    }
    return port;
  }

  private static void refuseSocket(String host) {
    boolean encodedPath = host.regionMatches(true, 0, "%2F", 0, 3);
    if (host.startsWith("/") || host.startsWith("@") || encodedPath) {
      throw new ConfigurationException(
          "The connection URL names a Unix socket, but the PostgreSQL JDBC driver connects over TCP"
              + " only; name a host instead, such as localhost",
          null);
    }
  }

  private String databaseName(UrlParameters parameters) {
    String raw = path.isEmpty() ? "" : path.substring(1);
    if (raw.indexOf('/') >= 0) {
      throw new ConfigurationException(
          "The connection URL has more than one `/` behind the host; write only the database's name"
              + " there, and a slash in it as %2F",
          null);
    }
    @Nullable String parameter = parameters.database();
    if (parameter == null) {
      return PercentCoding.decode(scheme.jdbc() ? raw.replace('+', ' ') : raw, "database name");
    }
    if (!raw.isEmpty()) {
      throw givenTwice("database name");
    }
    return parameter;
  }

  /** Shows no ports: without an {@code @}, what looks like one may be a password. */
  private static ConfigurationException missingDatabase(
      Credentials credentials, List<Location.HostAndPort> hosts) {
    String shown =
        "postgresql://"
            + Redaction.prefix(credentials)
            + hosts.stream().map(Location.HostAndPort::host).collect(Collectors.joining(","));
    return new ConfigurationException(
        "Database name must be specified in the connection URL "
            + shown
            + "; append it, as in "
            + shown
            + "/mydatabase",
        null);
  }

  private static ConfigurationException givenTwice(String what) {
    return new ConfigurationException(
        "The connection URL gives the " + what + " twice, once as a parameter; keep one", null);
  }

  private static int firstOf(String text, String characters) {
    int position = 0;
    while (position < text.length() && characters.indexOf(text.charAt(position)) < 0) {
      position++;
    }
    return position;
  }
}
