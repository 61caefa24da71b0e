package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.TestCertificates;
import dev.dbos.testing.TestCertificates.Identity;
import dev.dbos.testing.TestPostgres;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encrypted connections, on a server with a certificate for {@code localhost} alone. */
class TlsTest {
  private static final PoolOptions IMPATIENT =
      PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(5));

  @TempDir private static Path files;
  private static TestCertificates authority;
  private static TestCertificates stranger;
  private static Identity cashier;
  private static TestPostgres server;

  @BeforeAll
  static void startServer() {
    authority = TestCertificates.authority(files, "shop-authority");
    stranger = TestCertificates.authority(files, "other-authority");
    cashier = authority.issue("cashier");
    server =
        TestPostgres.builder()
            .tls(authority.issue("server", "localhost"), authority)
            .access(
                "hostssl all cashier all cert",
                "hostssl all guarded all scram-sha-256",
                "host all guarded all reject")
            .start();
    server.execute("postgres", "create role cashier login");
    server.execute("postgres", "create role guarded login password 's3cr3t'");
    server.execute("postgres", "create schema dbos authorization cashier");
    server.execute("postgres", "grant all on schema dbos to guarded");
  }

  @AfterAll
  static void stopServer() {
    server.close();
  }

  /** Connects as {@code who} and tells whether the server says that it is encrypted. */
  private static boolean encrypted(String who, String host, String parameters) {
    try (JdbcDatasource shop = open(who, host, parameters)) {
      return shop.callTransaction(
          "look",
          connection ->
              "t"
                  .equals(
                      value(
                          connection, "select ssl from pg_stat_ssl where pid = pg_backend_pid()")));
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }

  private static JdbcDatasource open(String who, String host, String parameters) {
    return JdbcDatasource.builder(url(who, host, parameters))
        .name("shop")
        .schema("dbos_" + who.replaceAll("\\W.*", ""))
        .pool(IMPATIENT)
        .build();
  }

  private static String url(String who, String host, String parameters) {
    return "postgresql://" + who + "@" + host + ":" + server.port() + "/postgres?" + parameters;
  }

  private static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }

  private static Throwable refusal(String who, String host, String parameters) {
    return catchThrowable(() -> open(who, host, parameters).close());
  }

  private static void assertUnavailable(Throwable failure, String reason) {
    assertThat(failure).isInstanceOf(DatabaseUnavailableException.class);
    assertThat(failure.getMessage())
        .startsWith("Cannot open shop at postgresql://")
        .endsWith(": " + reason);
    assertNoSecret(failure);
  }

  private static void assertMisconfigured(Throwable failure, String reason) {
    assertThat(failure)
        .isInstanceOf(ConfigurationException.class)
        .hasMessage("Cannot open shop: " + reason);
    assertNoSecret(failure);
  }

  private static void assertNoSecret(Throwable failure) {
    for (Throwable next = failure; next != null; next = next.getCause()) {
      assertThat(String.valueOf(next.getMessage())).doesNotContain("s3cr3t", "changeit");
    }
  }

  private static String verifiedBy(TestCertificates by) {
    return "sslrootcert=" + by.certificate();
  }

  @Test
  void requireEncryptsWithoutLookingAtTheCertificate() {
    assertThat(encrypted("postgres:postgres", "127.0.0.1", "sslmode=require")).isTrue();
    assertThat(encrypted("postgres:postgres", "localhost", "sslmode=disable")).isFalse();
  }

  @Test
  void verifyCaTakesAnyServerOfTheAuthority() {
    String verifyCa = "sslmode=verify-ca&" + verifiedBy(authority);
    assertThat(encrypted("postgres:postgres", "127.0.0.1", verifyCa)).isTrue();
    assertThat(encrypted("postgres:postgres", "localhost", verifyCa)).isTrue();
  }

  @Test
  void verifyFullTakesTheServerOfThatNameOnly() {
    String verifyFull = "sslmode=verify-full&" + verifiedBy(authority);
    assertThat(encrypted("postgres:postgres", "localhost", verifyFull)).isTrue();
    assertUnavailable(
        refusal("postgres:postgres", "127.0.0.1", verifyFull),
        "the server's certificate is not made out to the host name of the URL. Connect by a name"
            + " that the certificate holds, or choose sslmode=verify-ca, which trusts every server"
            + " of the same authority.");
  }

  @ParameterizedTest
  @ValueSource(strings = {"verify-ca", "verify-full"})
  void aServerOfAnotherAuthorityIsRefused(String mode) {
    assertUnavailable(
        refusal("postgres:postgres", "localhost", "sslmode=" + mode + "&" + verifiedBy(stranger)),
        "no authority in "
            + stranger.certificate()
            + " has signed the server's certificate. Let sslrootcert in the URL name the"
            + " certificate of the one that has.");
    assertUnavailable(
        refusal("postgres:postgres", "localhost", "sslmode=" + mode),
        "no authority that Java trusts has signed the server's certificate. Name the certificate of"
            + " the one that has, with sslrootcert=/path/ca.crt in the URL.");
  }

  @Test
  void aServerThatDoesNotEncryptIsRefused() {
    String plain = TestPostgres.shared().url("postgres");
    assertUnavailable(
        catchThrowable(
            () ->
                JdbcDatasource.builder(plain + "?sslmode=require")
                    .name("shop")
                    .pool(IMPATIENT)
                    .build()),
        "the server does not encrypt connections, which sslmode=require demands. Switch ssl on in"
            + " its postgresql.conf, or choose sslmode=prefer if the network may be trusted.");
  }

  @Test
  void aServerThatInsistsOnEncryptionSaysSo() {
    assertUnavailable(
        refusal("guarded:s3cr3t", "127.0.0.1", "sslmode=disable"),
        "the server does not let user guarded in like that. The driver says: FATAL: pg_hba.conf"
            + " rejects connection for host \"127.0.0.1\", user \"guarded\", database \"postgres\","
            + " no encryption. Its pg_hba.conf asks for something else: another user, encryption"
            + " (sslmode), or a client certificate (sslcert and sslkey; a .p12 file holds it under"
            + " the alias user).");
  }

  @Test
  void aClientCertificateLogsInWithItsKeyAsPemAndAsDer() {
    String client =
        "sslmode=verify-full&" + verifiedBy(authority) + "&sslcert=" + cashier.certificate();
    server.execute("postgres", "create schema dbos_cashier authorization cashier");
    for (Path key : new Path[] {cashier.pemKey(), cashier.derKey()}) {
      assertThat(encrypted("cashier", "localhost", client + "&sslkey=" + key)).isTrue();
    }
    assertThat(
            encrypted(
                "cashier",
                "localhost",
                "sslmode=verify-full&"
                    + verifiedBy(authority)
                    + "&sslkey="
                    + cashier.pkcs12()
                    + "&sslpassword=changeit"))
        .isTrue();
  }

  @Test
  void withoutItsCertificateAClientIsToldThatOneIsNeeded() {
    assertUnavailable(
        refusal("cashier", "localhost", "sslmode=require"),
        "the server does not let user cashier in like that. The driver says: FATAL: connection"
            + " requires a valid client certificate. Its pg_hba.conf asks for something else:"
            + " another user, encryption (sslmode), or a client certificate (sslcert and sslkey; a"
            + " .p12 file holds it under the alias user).");
  }

  @Test
  void keysThatTheDriverCannotReadComeWithTheCommandThatConvertsThem() throws IOException {
    Path old = key("old.key", "RSA PRIVATE KEY");
    Path encrypted = key("encrypted.key", "ENCRYPTED PRIVATE KEY");
    String client = "sslmode=require&sslcert=" + cashier.certificate() + "&sslkey=";

    assertMisconfigured(
        refusal("cashier", "localhost", client + old),
        "the JDBC driver cannot read the key "
            + old
            + " of sslkey, which is in the older PEM form. Convert it with: openssl pkcs8 -topk8"
            + " -nocrypt -in "
            + old
            + " -out client-pkcs8.key - and let sslkey name the new file.");
    assertMisconfigured(
        refusal("cashier", "localhost", client + encrypted + "&sslpassword=s3cr3t"),
        "the JDBC driver cannot read the key "
            + encrypted
            + " of sslkey, which is encrypted PEM. Convert it with: openssl pkcs8 -topk8 -outform"
            + " DER -in "
            + encrypted
            + " -out client.pk8 - let sslkey name the new file, and give its password as"
            + " sslpassword.");
    assertMisconfigured(
        refusal("cashier", "localhost", "sslmode=require&sslkey=" + cashier.pkcs12()),
        "the key "
            + cashier.pkcs12()
            + " of sslkey needs its password. Add sslpassword to the URL.");
  }

  private static Path key(String name, String label) throws IOException {
    String body = Base64.getMimeEncoder().encodeToString(Files.readAllBytes(cashier.derKey()));
    return Files.writeString(
        files.resolve(name),
        "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n",
        StandardCharsets.US_ASCII);
  }

  @ParameterizedTest
  @ValueSource(strings = {"sslrootcert", "sslcert", "sslkey"})
  void aFileThatIsMissingIsNamed(String parameter) {
    assertMisconfigured(
        refusal("cashier", "localhost", "sslmode=verify-ca&" + parameter + "=/no/such/file.pem"),
        "the file /no/such/file.pem, which "
            + parameter
            + " in the URL names, does not exist or may not be read.");
  }

  @Test
  void whatIsNoCertificateIsSaidToBeNone() {
    assertThat(
            refusal(
                "postgres:postgres",
                "localhost",
                "sslmode=verify-ca&sslrootcert=" + cashier.derKey()))
        .isInstanceOf(DatabaseUnavailableException.class)
        .hasMessageEndingWith(
            ": the encrypted connection could not be prepared. The driver says: Loading the SSL root"
                + " certificate "
                + cashier.derKey()
                + " into a TrustManager failed.");
  }
}
