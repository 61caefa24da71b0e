package dev.dbos.datasource;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.error.ConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostgresUrlErrorTest {

  private static final String UNESCAPED =
      "The connection URL has an unescaped `@` or `#` behind the host; percent-encode special"
          + " characters of user and password: @ as %40, : as %3A, / as %2F, ? as %3F, # as %23, %"
          + " as %25";

  private static final String PORT =
      "The port in the connection URL must be a number from 1 to 65535; when it is a password, `@`"
          + " and the host are missing behind it, or its special characters are not"
          + " percent-encoded";

  private static final String SOCKET =
      "The connection URL names a Unix socket, but the PostgreSQL JDBC driver connects over TCP"
          + " only; name a host instead, such as localhost";

  @ParameterizedTest
  @CsvSource({
    "postgresql://app:s3cret@db.example:5433, app:***@db.example",
    "postgresql://app:s3cret@db.example/, app:***@db.example",
    "postgresql://app@db.example/?sslmode=require, app@db.example",
    "'postgresql://a:1,b:2', 'a,b'",
    "postgresql://app:31337, app",
    "postgresql://?user=app&password=s3cret, app:***@localhost",
    "jdbc:postgresql://h/, h",
    "jdbc:postgresql:, localhost",
  })
  void aMissingDatabaseIsAskedFor(String url, String shown) {
    assertRefused(
        url,
        "Database name must be specified in the connection URL postgresql://"
            + shown
            + "; append it, as in postgresql://"
            + shown
            + "/mydatabase");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://app:s3/cret@h/shop",
        "postgresql://app:s3?cret@h/shop",
        "postgresql://app:s3?sslmode=cret@h/shop",
        "postgresql://app:s3#cret@h/shop",
        "postgresql://app:s@3/cret@h/shop",
        "postgresql://app:31337/cret@h/shop",
        "postgresql://app:pw@h/shop#fragment",
        "postgresql://app:pw@h/sh@p",
        "postgresql://app:pw@h/shop?application_name=a@b",
        "jdbc:postgresql://app:s3/cret@h/shop",
        "jdbc:postgresql://h/sh@p",
      })
  void anUnescapedDelimiterIsExplained(String url) {
    assertRefused(url, UNESCAPED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://app:s3cret/shop",
        "postgresql://h:0/shop",
        "postgresql://h:65536/shop",
        "postgresql://h:999999999999/shop",
        "postgresql://h:-1/shop",
        "postgresql://a,b:x/shop",
        "postgresql:///shop?host=h&port=x",
        "jdbc:postgresql://app:s3?cret@h/shop",
        "jdbc:postgresql://app:s3?cret=1@h/shop",
      })
  void anImpossiblePortIsExplained(String url) {
    assertRefused(url, PORT);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://%2Fvar%2Frun%2Fpostgresql/shop",
        "postgresql://app:s3cret@%2fvar%2frun/shop",
        "postgresql:///shop?host=/var/run/postgresql",
        "postgresql:///shop?host=%2Fvar%2Frun%2Fpostgresql",
        "postgresql:///shop?host=%40abstract",
      })
  void aUnixSocketIsRefusedWithTheReason(String url) {
    assertRefused(url, SOCKET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgresql://a b/shop",
        "postgresql://[::1/shop",
        "postgresql://[fe80::1%25eth0]/shop",
        "postgresql://[]/shop",
        "postgresql://[db.example:x]/shop",
        "postgresql://a%20b/shop",
        "postgresql://h\\\\x/shop",
      })
  void anImpossibleHostIsExplained(String url) {
    assertRefused(
        url,
        "The host in the connection URL is malformed; write a name, an IPv4 address, or an IPv6"
            + " address in brackets, such as [::1]");
  }

  @ParameterizedTest
  @CsvSource({
    "sslmod=require, sslmod, sslmode",
    "SSLMODE=require, SSLMODE, sslmode",
    "applicationName=checkout, applicationName, ApplicationName",
    "aplication_name=checkout, aplication_name, application_name",
    "connect_timout=5, connect_timout, connect_timeout",
    "passwrod=s3cret, passwrod, password",
    "target_sesion_attrs=any, target_sesion_attrs, target_session_attrs",
  })
  void anUnknownParameterIsNamedWithTheNearestOne(String query, String name, String nearest) {
    assertRefused(
        "postgresql://app:s3cret@h/shop?" + query,
        "Unknown parameter `"
            + name
            + "` in the connection URL; the nearest known one is `"
            + nearest
            + "`");
  }

  @ParameterizedTest
  @CsvSource({
    "password=s3&cret=1, ' behind a password'",
    "password=s3&cret, ' behind a password'",
    "s3.cret=1, ''",
    "=s3cret, ''",
  })
  void whatMayBeTheRestOfAPasswordIsNotRepeated(String query, String where) {
    assertRefused(
        "postgresql://h/shop?" + query,
        "The connection URL has an unknown parameter"
            + where
            + "; an `&` inside a value is written as %26");
  }

  @Test
  void aParameterThatOnlyLibpqHasIsNotGuessedAt() {
    assertRefused(
        "postgresql://h/shop?keepalives_idle=30",
        "The parameter `keepalives_idle` in the connection URL has no counterpart in the PostgreSQL"
            + " JDBC driver; remove it");
  }

  @ParameterizedTest
  @CsvSource(
      delimiterString = " -> ",
      value = {
        "sslmode=s3cret -> `sslmode` in the connection URL must be one of allow, disable, prefer,"
            + " require, verify-ca, verify-full",
        "target_session_attrs=s3cret -> `target_session_attrs` in the connection URL must be one of"
            + " any, prefer-standby, primary, read-only, read-write, standby",
        "keepalives=yes -> `keepalives` in the connection URL must be one of 0, 1",
        "connect_timeout=5s -> `connect_timeout` in the connection URL must be a whole number of"
            + " seconds, 0 for no limit",
        "connect_timeout=-1 -> `connect_timeout` in the connection URL must be a whole number of"
            + " seconds, 0 for no limit",
        "connectTimeout=9999999 -> `connectTimeout` in the connection URL must be a whole number of"
            + " seconds, 0 for no limit",
        "application_name= -> `application_name` in the connection URL has no value",
        "sslkey -> `sslkey` in the connection URL has no value",
      })
  void anUnusableValueIsExplained(String query, String message) {
    assertRefused("postgresql://h/shop?" + query, "The parameter " + message);
  }

  @ParameterizedTest
  @CsvSource({
    "sslmode=require&sslmode=disable, sslmode",
    "connect_timeout=5&connectTimeout=6, connectTimeout",
    "keepalives=1&tcpKeepAlive=false, tcpKeepAlive",
    "password=a&password=b, password",
  })
  void aDoubledParameterIsNamed(String query, String name) {
    assertRefused(
        "postgresql://h/shop?" + query, "The connection URL sets `" + name + "` twice; keep one");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://h/shop?host=other, host",
    "postgresql://h:1/shop?port=2, port",
    "postgresql://h/shop?dbname=other, database name",
  })
  void anAddressGivenTwiceIsRefused(String url, String what) {
    assertRefused(
        url, "The connection URL gives the " + what + " twice, once as a parameter; keep one");
  }

  @Test
  void credentialsGivenTwiceAreRefused() {
    assertRefused(
        "postgresql://app:s3cret@h/shop?password=other",
        "The connection URL has credentials in front of the host and as parameters; keep one");
  }

  @Test
  void theSystemsCertificatesWithoutVerificationAreRefused() {
    assertRefused(
        "postgresql://h/shop?sslmode=require&sslrootcert=system",
        "sslrootcert=system in the connection URL needs sslmode=verify-full");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql://app:s3cret%@h/shop, password",
    "postgresql://app:s3cret%4@h/shop, password",
    "postgresql://app:s3cret%zz@h/shop, password",
    "postgresql://app:s3cret%٤٠@h/shop, password",
    "postgresql://ap%p:s3cret@h/shop, user",
    "postgresql://h/sh%op, database name",
    "postgresql://h/shop?options=%, parameter `options`",
  })
  void aLonePercentSignIsExplained(String url, String part) {
    assertRefused(
        url,
        "The "
            + part
            + " in the connection URL has a `%` without two hexadecimal digits behind it; write a"
            + " percent sign as %25");
  }

  @Test
  void bytesThatAreNotTextAreRefused() {
    assertRefused(
        "postgresql://app:s3cret%FF@h/shop",
        "The password in the connection URL is not percent-encoded UTF-8");
    assertRefused(
        "postgresql://app:s3cret%00@h/shop",
        "The password in the connection URL holds a NUL character; remove it");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"postgresql:app:s3cret@h/shop", "postgres:/shop", "jdbc:postgresql:/shop"})
  void missingSlashesAreAskedFor(String url) {
    assertRefused(
        url,
        "A PostgreSQL URL needs two slashes behind the scheme, as in"
            + " postgresql://user:password@host/database");
  }

  @ParameterizedTest
  @ValueSource(strings = {"postgresql://h/shop/", "postgresql://h//shop", "postgresql://h/a/b"})
  void severalSlashesBehindTheHostAreRefused(String url) {
    assertRefused(
        url,
        "The connection URL has more than one `/` behind the host; write only the database's name"
            + " there, and a slash in it as %2F");
  }

  private static void assertRefused(String url, String message) {
    assertThatThrownBy(() -> DatabaseUrl.parse(url))
        .isInstanceOf(ConfigurationException.class)
        .hasMessage(message);
  }
}
