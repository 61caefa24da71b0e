package dev.dbos.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Turns records of the server's CSV log into the statements of one database. */
final class LogReader {
  // Columns of the CSV log, counted from 0.
  private static final int DATABASE = 2;
  private static final int PID = 3;
  private static final int VIRTUAL_TRANSACTION = 9;
  private static final int TRANSACTION_ID = 10;
  private static final int SEVERITY = 11;
  private static final int SQL_STATE = 12;
  private static final int MESSAGE = 13;
  private static final int DETAIL = 14;
  private static final int QUERY = 19;
  private static final int APPLICATION_NAME = 22;

  /** "execute fetch from" goes on with a result that was begun before: no new statement. */
  private static final Pattern STATEMENT =
      Pattern.compile("(?:statement|execute (?!fetch from )[^:]*): (.*)", Pattern.DOTALL);

  private static final Pattern PARAMETERS =
      Pattern.compile("(?:parameters|Parameters): (.*)", Pattern.DOTALL);

  private final String database;
  private final String marker;
  private final List<LoggedStatement> statements = new ArrayList<>();

  LogReader(String database, String marker) {
    this.database = database;
    this.marker = marker;
  }

  List<LoggedStatement> statements() {
    return statements;
  }

  boolean isMarker(List<String> fields) {
    return fields.get(MESSAGE).endsWith(": SELECT '" + marker + "'");
  }

  void read(List<String> fields) {
    if (!fields.get(DATABASE).equals(database)) {
      return;
    }
    switch (fields.get(SEVERITY)) {
      case "ERROR", "FATAL" -> readError(fields);
      case "LOG" -> readLog(fields);
      default -> {}
    }
  }

  private void readLog(List<String> fields) {
    Matcher statement = STATEMENT.matcher(fields.get(MESSAGE));
    if (statement.matches()) {
      statements.add(statement(fields, statement.group(1)));
    } else if (fields.get(MESSAGE).startsWith("duration: ")) {
      readEnd(fields);
    }
  }

  /** The id that a statement got by writing is only known after it. */
  private void readEnd(List<String> fields) {
    int last = lastOf(fields);
    long id = Long.parseLong(fields.get(TRANSACTION_ID));
    if (last >= 0 && id != 0) {
      statements.set(last, statements.get(last).inTransaction(id));
    }
  }

  /** A statement that cannot be parsed is in no other record than that of its error. */
  private void readError(List<String> fields) {
    String query = fields.get(QUERY);
    int last = lastOf(fields);
    if (last >= 0 && (query.isEmpty() || statements.get(last).text().equals(query))) {
      statements.set(last, statements.get(last).failedWith(fields.get(SQL_STATE)));
    } else if (!query.isEmpty()) {
      statements.add(statement(fields, query).failedWith(fields.get(SQL_STATE)));
    }
  }

  /** The index of the last statement of the record's session and transaction, or -1. */
  private int lastOf(List<String> fields) {
    int pid = Integer.parseInt(fields.get(PID));
    for (int i = statements.size() - 1; i >= 0; i--) {
      LoggedStatement statement = statements.get(i);
      if (statement.pid() == pid) {
        boolean same = statement.virtualTransaction().equals(fields.get(VIRTUAL_TRANSACTION));
        return same ? i : -1;
      }
    }
    return -1;
  }

  private static LoggedStatement statement(List<String> fields, String text) {
    Matcher parameters = PARAMETERS.matcher(fields.get(DETAIL));
    return new LoggedStatement(
        text,
        parameters.matches() ? parameters.group(1) : "",
        fields.get(APPLICATION_NAME),
        Integer.parseInt(fields.get(PID)),
        fields.get(VIRTUAL_TRANSACTION),
        Long.parseLong(fields.get(TRANSACTION_ID)),
        LoggedStatement.SUCCESS);
  }
}
