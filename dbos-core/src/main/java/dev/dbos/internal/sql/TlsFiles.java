package dev.dbos.internal.sql;

import dev.dbos.error.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The files a URL names for an encrypted connection, looked at before the driver does: its errors
 * do not say that a key is only in another form.
 *
 * @param name whose they are, in messages
 */
record TlsFiles(String name, Map<String, String> driverProperties) {
  private static final List<String> PARAMETERS = List.of("sslrootcert", "sslcert", "sslkey");
  private static final int HEAD = 4_096;

  /**
   * Checks them.
   *
   * @throws ConfigurationException when one cannot be read or is in a form the driver cannot read
   */
  void requireReadable() {
    if (driverProperties.containsKey("sslfactory")) {
      return;
    }
    for (String parameter : PARAMETERS) {
      String file = driverProperties.get(parameter);
      if (file != null) {
        requireReadable(parameter, file);
      }
    }
    String key = driverProperties.get("sslkey");
    if (key != null) {
      requireUsableKey(key);
    }
  }

  private void requireReadable(String parameter, String file) {
    if (!isReadable(file)) {
      throw refused(
          "the file "
              + file
              + ", which "
              + parameter
              + " in the URL names, does not exist or may not be read.");
    }
  }

  private static boolean isReadable(String file) {
    try {
      Path path = Path.of(file);
      return Files.isRegularFile(path) && Files.isReadable(path);
    } catch (InvalidPathException noPath) {
      return false;
    }
  }

  private void requireUsableKey(String key) {
    String head = head(key);
    if (head.contains("BEGIN RSA PRIVATE KEY") || head.contains("BEGIN EC PRIVATE KEY")) {
      throw refused(
          "the JDBC driver cannot read the key "
              + key
              + " of sslkey, which is in the older PEM form. Convert it with: openssl pkcs8 -topk8"
              + " -nocrypt -in "
              + key
              + " -out client-pkcs8.key - and let sslkey name the new file.");
    }
    if (head.contains("BEGIN ENCRYPTED PRIVATE KEY")) {
      throw refused(
          "the JDBC driver cannot read the key "
              + key
              + " of sslkey, which is encrypted PEM. Convert it with: openssl pkcs8 -topk8 -outform"
              + " DER -in "
              + key
              + " -out client.pk8 - let sslkey name the new file, and give its password as"
              + " sslpassword.");
    }
    boolean pkcs12 = key.endsWith(".p12") || key.endsWith(".pfx");
    if (pkcs12 && !driverProperties.containsKey("sslpassword")) {
      throw refused(
          "the key " + key + " of sslkey needs its password. Add sslpassword to the URL.");
    }
  }

  private String head(String file) {
    try (InputStream in = Files.newInputStream(Path.of(file))) {
      return new String(in.readNBytes(HEAD), StandardCharsets.ISO_8859_1);
    } catch (IOException unreadable) {
      throw refused("the file " + file + " cannot be read: " + unreadable.getMessage() + ".");
    }
  }

  private ConfigurationException refused(String reason) {
    return new ConfigurationException("Cannot open " + name + ": " + reason, null);
  }
}
