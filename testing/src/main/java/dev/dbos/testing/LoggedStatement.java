package dev.dbos.testing;

import java.util.Locale;
import java.util.Objects;

/**
 * A statement as the server received it.
 *
 * @param text the SQL, with {@code $1} for its parameters
 * @param parameters the parameters as the server prints them, empty without any
 * @param applicationName the session's {@code application_name}
 * @param pid the server process of the session
 * @param virtualTransaction names the transaction among all of this server; its part behind the
 *     slash is 0 outside any transaction, which includes one that already failed
 * @param transactionId what the transaction had as its id when it last ran this statement or, in
 *     the extended protocol, right after it; 0 as long as it has written nothing
 * @param sqlState {@code 00000} for a success
 */
public record LoggedStatement(
    String text,
    String parameters,
    String applicationName,
    int pid,
    String virtualTransaction,
    long transactionId,
    String sqlState) {

  static final String SUCCESS = "00000";

  /** Checks that all parts are there. */
  public LoggedStatement {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(parameters, "parameters");
    Objects.requireNonNull(applicationName, "applicationName");
    Objects.requireNonNull(virtualTransaction, "virtualTransaction");
    Objects.requireNonNull(sqlState, "sqlState");
  }

  /**
   * Tells whether the server carried it out.
   *
   * @return false if it was answered with an error
   */
  public boolean succeeded() {
    return sqlState.equals(SUCCESS);
  }

  boolean inTransaction() {
    return !virtualTransaction.isEmpty() && !virtualTransaction.endsWith("/0");
  }

  boolean begins() {
    String word = firstWord();
    return word.equals("BEGIN") || word.equals("START");
  }

  boolean commits() {
    String word = firstWord();
    return word.equals("COMMIT") || word.equals("END");
  }

  LoggedStatement failedWith(String state) {
    return new LoggedStatement(
        text, parameters, applicationName, pid, virtualTransaction, transactionId, state);
  }

  LoggedStatement inTransaction(long id) {
    return new LoggedStatement(
        text, parameters, applicationName, pid, virtualTransaction, id, sqlState);
  }

  private String firstWord() {
    return text.strip().split("[^A-Za-z]", 2)[0].toUpperCase(Locale.ROOT);
  }
}
