package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.error.DatabaseUnavailableException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Turns the failure to open a database into a sentence that says what to change. */
record OpenFailure(String name, DatabaseUrl url) {
  DatabaseUnavailableException explain(Throwable failure) {
    SQLException sql = SqlFailure.sqlException(failure);
    String where = "Cannot open " + name + " at " + url.redacted() + ": ";
    return new DatabaseUnavailableException(where + reason(failure, sql), name, failure);
  }

  private String reason(Throwable failure, @Nullable SQLException sql) {
    return switch (SqlFailure.of(failure)) {
      case LOGIN_REFUSED ->
          "the server refused the log-in of user "
              + url.user().orElse("(none)")
              + ". Check the user name and password of the URL.";
      case NO_SUCH_DATABASE ->
          "the database " + url.databaseName() + " does not exist. Create it, or name another.";
      case CONNECTION_LOST ->
          causedByUnknownHost(failure)
              ? "the host name is not known. Check the host of the URL."
              : "the server cannot be reached. Check that it runs and that host and port are right."
                  + detail(sql);
      default -> "it could not be opened." + detail(sql == null ? failure : sql);
    };
  }

  private static boolean causedByUnknownHost(Throwable failure) {
    for (Throwable next = failure; next != null; next = next.getCause()) {
      if (next instanceof UnknownHostException) {
        return true;
      }
    }
    return false;
  }

  private static String detail(@Nullable Throwable cause) {
    return cause == null || cause.getMessage() == null
        ? ""
        : " The driver says: " + cause.getMessage();
  }
}
