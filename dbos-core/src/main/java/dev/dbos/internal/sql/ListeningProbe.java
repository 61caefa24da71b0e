package dev.dbos.internal.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Finds out whether a session behind a pooler stays with one server, as LISTEN needs it.
 *
 * <p>A listens; B opens a transaction and so takes the server that A has given back, if it gives it
 * back; A asks whether it still listens. One session is not enough: while nobody else is there, a
 * pooler hands the same server out again.
 */
final class ListeningProbe {
  private static final String CHANNEL = "dbos_probe";
  private static final Listening.Unsupported POOLED =
      new Listening.Unsupported(
          "the connections go through a pooler that lends a server for one transaction at a time");

  private ListeningProbe() {}

  /** Where connections come from that no pool of ours holds. */
  @FunctionalInterface
  interface Connections {
    Connection open() throws SQLException;
  }

  static Listening ask(Connections connections) throws SQLException {
    try (Connection listener = connections.open();
        Connection other = connections.open()) {
      execute(listener, Dialect.Postgres.listen(CHANNEL));
      String server = serverOf(listener);
      execute(other, "BEGIN");
      // When it is the same, the listener may have to wait for it until the other lets it go.
      boolean kept = !serverOf(other).equals(server) && isKept(listener, server);
      execute(other, "COMMIT");
      execute(listener, "UNLISTEN " + CHANNEL);
      return kept ? new Listening.Supported() : POOLED;
    }
  }

  private static boolean isKept(Connection listener, String server) throws SQLException {
    return listens(listener) && serverOf(listener).equals(server);
  }

  private static String serverOf(Connection connection) throws SQLException {
    return text(connection, "SELECT pg_backend_pid()::text");
  }

  private static boolean listens(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet channels = statement.executeQuery(Dialect.Postgres.LISTENING_CHANNELS)) {
      boolean found = false;
      while (channels.next()) {
        found |= channels.getString(1).equals(CHANNEL);
      }
      return found;
    }
  }

  private static String text(Connection connection, String query) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getString(1);
    }
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
