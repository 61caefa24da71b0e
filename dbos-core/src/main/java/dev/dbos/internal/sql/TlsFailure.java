package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** Says why an encrypted connection did not come about, and what to change. */
final class TlsFailure {
  /** Part of the name of the driver's own verifier, in whichever language it speaks. */
  private static final String VERIFIER = "HostnameVerifier";

  private TlsFailure() {}

  /** Empty when it was not about encryption. */
  static Optional<String> of(Throwable failure, DatabaseUrl url) {
    String mode = url.driverProperties().getOrDefault("sslmode", "prefer");
    SQLException sql = SqlFailure.sqlException(failure);
    if (SqlFailure.isLackOfEncryption(sql)) {
      return Optional.of(
          "the server does not encrypt connections, which sslmode="
              + mode
              + " demands. Switch ssl on in its postgresql.conf, or choose sslmode=prefer if the"
              + " network may be trusted.");
    }
    if (sql != null && sql.getMessage() != null && sql.getMessage().contains(VERIFIER)) {
      return Optional.of(
          "the server's certificate is not made out to the host name of the URL. Connect by a name"
              + " that the certificate holds, or choose sslmode=verify-ca, which trusts every"
              + " server of the same authority.");
    }
    SSLException tls = Causes.first(failure, SSLException.class);
    return tls == null ? Optional.empty() : Optional.of(handshake(tls, url));
  }

  private static String handshake(SSLException tls, DatabaseUrl url) {
    if (Causes.first(tls, CertificateExpiredException.class) != null) {
      return "the server's certificate has expired. Have it renewed.";
    }
    boolean untrusted =
        Causes.first(tls, CertPathBuilderException.class) != null
            || Causes.first(tls, CertPathValidatorException.class) != null
            || Causes.first(tls, CertificateException.class) != null;
    if (!untrusted) {
      return "the encrypted connection did not come about (" + tls.getMessage() + ").";
    }
    String authorities = url.driverProperties().get("sslrootcert");
    return authorities == null
        ? "no authority that Java trusts has signed the server's certificate. Name the certificate"
            + " of the one that has, with sslrootcert=/path/ca.crt in the URL."
        : "no authority in "
            + authorities
            + " has signed the server's certificate. Let sslrootcert in the URL name the"
            + " certificate of the one that has.";
  }
}
