package dev.dbos.testing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * A certificate authority of a test's own, and what it signs. Made with the {@code keytool} of the
 * JDK that runs the test, so nothing has to be installed; valid for two days.
 */
public final class TestCertificates {
  private static final String PASSWORD = "changeit";

  /** Where the PostgreSQL JDBC driver looks for the certificate in a PKCS #12 file. */
  private static final String OWN = "user";

  private static final long PATIENCE_SECONDS = 60;

  private final Path directory;
  private final Path store;
  private final Path authority;

  private TestCertificates(Path directory, String name) {
    this.directory = directory;
    this.store = directory.resolve(name + "-ca.p12");
    this.authority = directory.resolve(name + "-ca.crt");
    generate(store, "ca", name, "bc:c");
    keytool(store, "-exportcert", "-alias", "ca", "-rfc", "-file", authority.toString());
  }

  /**
   * A certificate and its key, in the forms that programs take.
   *
   * @param certificate the certificate as PEM
   * @param pemKey the key as PEM, unencrypted PKCS #8; readable for its owner alone
   * @param derKey the key as DER, unencrypted PKCS #8
   * @param pkcs12 both in one file, under the alias {@code user}; the password is {@code changeit}
   */
  public record Identity(Path certificate, Path pemKey, Path derKey, Path pkcs12) {}

  /**
   * Makes an authority.
   *
   * @param directory where its files go
   * @param name what it calls itself
   * @return the authority
   */
  public static TestCertificates authority(Path directory, String name) {
    return new TestCertificates(directory, name);
  }

  /**
   * The authority's own certificate.
   *
   * @return a PEM file
   */
  public Path certificate() {
    return authority;
  }

  /**
   * Signs a certificate.
   *
   * @param commonName who it stands for: a server's name or a database role
   * @param hosts the host names of a server; none for a client
   * @return the certificate and its key
   */
  public Identity issue(String commonName, String... hosts) {
    Path own = directory.resolve(commonName + ".p12");
    generate(own, OWN, commonName, "ku:c=digitalSignature,keyEncipherment");
    Path request = directory.resolve(commonName + ".csr");
    keytool(own, "-certreq", "-alias", OWN, "-file", request.toString());
    Path certificate = directory.resolve(commonName + ".crt");
    List<String> sign =
        new ArrayList<>(
            List.of("-gencert", "-alias", "ca", "-rfc", "-validity", "2", "-infile", "" + request));
    sign.addAll(List.of("-outfile", certificate.toString()));
    if (hosts.length > 0) {
      sign.add("-ext");
      sign.add(
          Arrays.stream(hosts)
              .map(host -> "dns:" + host)
              .collect(Collectors.joining(",", "san=", "")));
    }
    keytool(store, sign.toArray(String[]::new));
    keytool(own, "-importcert", "-alias", "ca", "-noprompt", "-file", authority.toString());
    keytool(own, "-importcert", "-alias", OWN, "-noprompt", "-file", certificate.toString());
    return withKeys(commonName, certificate, own);
  }

  private Identity withKeys(String name, Path certificate, Path own) {
    try (InputStream in = Files.newInputStream(own)) {
      KeyStore keys = KeyStore.getInstance("PKCS12");
      keys.load(in, PASSWORD.toCharArray());
      PrivateKey key = (PrivateKey) keys.getKey(OWN, PASSWORD.toCharArray());
      Path der = Files.write(directory.resolve(name + ".pk8"), key.getEncoded());
      Path pem = directory.resolve(name + ".key");
      Files.writeString(pem, pem(key.getEncoded()), US_ASCII);
      keepPrivate(pem, der, own);
      return new Identity(certificate, pem, der, own);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("keytool made a key that cannot be read", e);
    }
  }

  /** Server and driver refuse a key that others may read. */
  private static void keepPrivate(Path... keys) throws IOException {
    for (Path key : keys) {
      if (Files.getFileStore(key).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
      }
    }
  }

  private static String pem(byte[] encoded) {
    String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(encoded);
    return "-----BEGIN PRIVATE KEY-----\n" + lines + "\n-----END PRIVATE KEY-----\n";
  }

  private static void generate(Path store, String alias, String commonName, String extension) {
    keytool(
        store,
        "-genkeypair",
        "-alias",
        alias,
        "-keyalg",
        "RSA",
        "-keysize",
        "2048",
        "-validity",
        "2",
        "-dname",
        "CN=" + commonName,
        "-ext",
        extension);
  }

  private static void keytool(Path store, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
    command.addAll(List.of(arguments));
    command.addAll(
        List.of("-keystore", store.toString(), "-storetype", "PKCS12", "-storepass", PASSWORD));
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      String output = new String(process.getInputStream().readAllBytes(), US_ASCII);
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IllegalStateException("keytool " + List.of(arguments) + " said: " + output);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while making certificates", e);
    }
  }
}
