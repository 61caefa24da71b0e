package dev.dbos.datasource;

import dev.dbos.error.ConfigurationException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which database is meant, read from the connection URL that people already have.
 *
 * <p>Accepted forms:
 *
 * <ul>
 *   <li>{@code postgresql://user:password@host:5432/database?sslmode=require}, also with {@code
 *       postgres://}, with {@code cockroachdb://} (default port 26257 instead of 5432), with a
 *       driver suffix such as {@code postgresql+psycopg://}, and with several hosts {@code
 *       host1,host2:5433}. An empty host means {@code localhost}.
 *   <li>{@code jdbc:postgresql:…} as the PostgreSQL JDBC driver takes it, and with a user and
 *       password in front of the host, which the driver itself would misread.
 *   <li>{@code sqlite:///file.sqlite} and {@code sqlite:file.sqlite}, relative to the working
 *       directory; {@code sqlite:////var/lib/file.sqlite}, absolute; {@code
 *       sqlite:///C:/data/file.sqlite} on Windows; {@code jdbc:sqlite:file.sqlite}. {@code
 *       sqlite3:} is the same as {@code sqlite:}.
 *   <li>{@code sqlite::memory:}, {@code sqlite://} and {@code sqlite:///:memory:}: in memory.
 * </ul>
 *
 * <p>User, password and database name of a PostgreSQL URL are percent-decoded as UTF-8, and a
 * {@code +} is a plus. Path names of SQLite are taken literally. Query parameters go by their libpq
 * names ({@code connect_timeout}, {@code application_name}, {@code target_session_attrs}…) or by
 * the names of the JDBC driver ({@code ApplicationName}, {@code currentSchema}…); an unknown one is
 * an error, so that a misspelt {@code sslmode} cannot go unnoticed. {@code sslmode=verify-ca} and
 * {@code verify-full} without a certificate file of their own trust the certificate authorities of
 * the Java runtime.
 *
 * <p>Credentials are kept apart from everything that may be logged: neither {@link #toString()},
 * {@link #redacted()}, {@link #jdbcUrl()} nor any exception of this class shows a password.
 *
 * <p>A value: immutable, and equal to another one that leads to the same place with the same
 * credentials and settings, however it was spelt. All in-memory databases are equal in that sense,
 * though each connection to one has its own contents.
 */
public final class DatabaseUrl {

  /** The family of a database, which decides the driver and the SQL dialect. */
  public enum Kind {
    /** PostgreSQL, and what speaks its protocol, such as CockroachDB. */
    POSTGRESQL,
    /** SQLite, in a file or in memory. */
    SQLITE
  }

  private static final Pattern UNFIT_FOR_FILE_NAME = Pattern.compile("[^\\p{L}\\p{N}._]");

  private final Location location;
  private final Credentials credentials;
  private final Map<String, String> driverProperties;

  DatabaseUrl(Location location, Credentials credentials, Map<String, String> driverProperties) {
    this.location = location;
    this.credentials = credentials;
    this.driverProperties = Collections.unmodifiableMap(new TreeMap<>(driverProperties));
  }

  /**
   * Reads a connection URL. White space around it is ignored.
   *
   * @param url one of the forms named above; {@code null}, as {@link System#getenv(String)} returns
   *     it for an unset variable, is refused with a message that says so
   * @throws ConfigurationException when the URL is missing, malformed, of an unknown scheme, names
   *     no database, or has an unknown or unusable parameter; the message never shows a password
   */
  public static DatabaseUrl parse(@Nullable String url) {
    if (url == null || url.isBlank()) {
      throw new ConfigurationException(
          "The database URL is empty; write for example postgresql://user:password@host/database"
              + " or sqlite:///file.sqlite, and check that the variable it comes from is set",
          null);
    }
    UrlScheme scheme = UrlScheme.of(url.strip());
    return switch (scheme.product()) {
      case POSTGRESQL, COCKROACHDB -> PostgresUrlParser.parse(scheme);
      case SQLITE -> SqliteUrlParser.parse(scheme);
    };
  }

  /**
   * The database of an application that configures none: {@code sqlite:///{name}.sqlite} in the
   * working directory, where the name is in lower case, dashes and blanks are underscores, and a
   * leading digit gets an underscore in front. {@code my-app} becomes {@code my_app.sqlite}.
   *
   * @throws ConfigurationException when the name is blank or cannot be part of a file name
   */
  public static DatabaseUrl defaultFor(String applicationName) {
    if (applicationName.isBlank()) {
      throw new ConfigurationException("Configuration must specify an application name", null);
    }
    String name = applicationName.strip().toLowerCase(Locale.ROOT).replaceAll("[-\\s]", "_");
    if (UNFIT_FOR_FILE_NAME.matcher(name).find()) {
      throw new ConfigurationException(
          "No default database file can be named after the application `"
              + applicationName
              + "`; use only letters, digits, dashes, underscores and dots, or set a database URL",
          null);
    }
    String prefix = Character.isDigit(name.codePointAt(0)) ? "_" : "";
    return parse("sqlite:///" + prefix + name + ".sqlite");
  }

  /** The family of the database; CockroachDB counts as PostgreSQL. */
  public Kind kind() {
    return location.kind();
  }

  /**
   * The URL for the JDBC driver, without credentials and parameters: those are {@link #user()},
   * {@link #password()} and {@link #driverProperties()}. In memory it is {@code
   * jdbc:sqlite::memory:}, where each connection has a database of its own.
   */
  public String jdbcUrl() {
    return location.jdbcUrl();
  }

  /** The user to log in as, decoded; empty when the URL names none, and always on SQLite. */
  public Optional<String> user() {
    return Optional.ofNullable(credentials.user());
  }

  /**
   * The password, decoded; empty when the URL has none, and always on SQLite. A secret: hand it to
   * the driver and to nothing else.
   */
  public Optional<String> password() {
    return Optional.ofNullable(credentials.password());
  }

  /**
   * The parameters of the URL under the names of the PostgreSQL JDBC driver; holds neither user nor
   * password. Empty on SQLite. Not for logs: {@code sslpassword}, which opens the client's key, is
   * among them when the URL has it.
   *
   * @return an unmodifiable map in order of names
   */
  public Map<String, String> driverProperties() {
    return driverProperties;
  }

  /**
   * The file of an SQLite database, absolute and normalized against the working directory at the
   * time of parsing; it need not exist. Empty in memory and on PostgreSQL.
   */
  public Optional<Path> file() {
    return location instanceof Location.File file ? Optional.of(file.path()) : Optional.empty();
  }

  /** Whether this is an SQLite database that lives in memory only. */
  public boolean inMemory() {
    return location instanceof Location.Memory;
  }

  /**
   * What to call the database: its name on PostgreSQL, the name of the file without its extension
   * on SQLite, and {@code memory} for a database in memory.
   */
  public String databaseName() {
    return location.databaseName();
  }

  /**
   * Another database of the same server, with the same credentials and settings.
   *
   * @throws IllegalStateException for SQLite, where a database is a file
   */
  public DatabaseUrl withDatabaseName(String name) {
    if (location instanceof Location.Server server) {
      return new DatabaseUrl(
          new Location.Server(server.hosts(), name), credentials, driverProperties);
    }
    throw new IllegalStateException("An SQLite file has no databases beside it.");
  }

  /**
   * A form for people: in the normal spelling, with {@code ***} in place of the password and of
   * parameters that may hold secrets.
   */
  public String redacted() {
    return Redaction.of(location, credentials, driverProperties);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof DatabaseUrl that
        && location.equals(that.location)
        && credentials.equals(that.credentials)
        && driverProperties.equals(that.driverProperties);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * location.hashCode() + credentials.hashCode()) + driverProperties.hashCode();
  }

  /** The {@linkplain #redacted() redacted} form. */
  @Override
  public String toString() {
    return redacted();
  }
}
