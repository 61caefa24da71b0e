package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns the failure to open a database into a sentence that says what to change. */
record OpenFailure(String name, DatabaseUrl url, PoolOptions options) {
  DatabaseUnavailableException explain(Throwable failure) {
    String where = "Cannot open " + name + " at " + url.redacted() + ": ";
    return new DatabaseUnavailableException(where + reason(failure), name, failure);
  }

  private String reason(Throwable failure) {
    PoolPlan.CredentialsFailure credentials =
        Causes.first(failure, PoolPlan.CredentialsFailure.class);
    if (credentials != null) {
      return credentials.what();
    }
    SQLException sql = SqlFailure.sqlException(failure);
    Optional<String> special =
        switch (url.kind()) {
          case POSTGRESQL -> TlsFailure.of(failure, url);
          case SQLITE -> sql == null ? Optional.empty() : SqliteFailure.of(sql);
        };
    return special.orElseGet(() -> general(failure, sql));
  }

  private String general(Throwable failure, @Nullable SQLException sql) {
    return switch (SqlFailure.of(failure)) {
      case LOGIN_REFUSED ->
          "the server refused the log-in of user "
              + user()
              + ". Check the user name and password of the URL.";
      case ACCESS_REFUSED ->
          "the server does not let user "
              + user()
              + " in like that."
              + detail(sql)
              + " Its pg_hba.conf asks for something else: another user, encryption (sslmode), or a"
              + " client certificate (sslcert and sslkey; a .p12 file holds it under the alias"
              + " user).";
      case NO_SUCH_DATABASE ->
          "the database " + url.databaseName() + " does not exist. Create it, or name another.";
      case CONNECTION_LOST -> unreachable(failure, sql);
      default -> "it could not be opened." + detail(sql == null ? failure : sql);
    };
  }

  private String user() {
    return url.user().orElse("(none)");
  }

  /** The driver gives advice of its own when it has to do with the network; one is enough. */
  private String unreachable(Throwable failure, @Nullable SQLException sql) {
    if (Causes.first(failure, GeneralSecurityException.class) != null) {
      return "the encrypted connection could not be prepared." + detail(sql);
    }
    if (SqlFailure.isLackOfAnswer(sql)) {
      return unanswered();
    }
    IOException network = Causes.first(failure, IOException.class);
    return switch (network) {
      case UnknownHostException unknown -> "the host name is not known. Check the host of the URL.";
      case SocketTimeoutException silence -> unanswered();
      case EOFException hungUp ->
          "whatever answers at host and port of the URL hung up. Check that it is PostgreSQL.";
      case null -> "the server takes no connections." + detail(sql);
      default ->
          "the server cannot be reached ("
              + network.getMessage()
              + "). Check that it runs and that host and port are right.";
    };
  }

  private String unanswered() {
    String chosen = String.valueOf(options.connectTimeout().toSeconds());
    String seconds =
        options.connectTimeout().equals(PoolOptions.DEFAULT.connectTimeout())
            ? url.driverProperties().getOrDefault("connectTimeout", chosen)
            : chosen;
    return "the server did not answer within "
        + seconds
        + " s. Check that host and port are right and that no firewall is in between.";
  }

  private static String detail(@Nullable Throwable cause) {
    return cause == null || cause.getMessage() == null
        ? ""
        : " The driver says: " + withFullStop(cause.getMessage().strip());
  }

  private static String withFullStop(String sentence) {
    return sentence.endsWith(".") ? sentence : sentence + ".";
  }
}
