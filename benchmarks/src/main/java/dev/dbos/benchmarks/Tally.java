package dev.dbos.benchmarks;

import dev.dbos.datasource.DatabaseUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What was run, or what is there of it.
 *
 * @param workflows that have ended well
 * @param rows that their transactions wrote
 */
record Tally(long workflows, long rows) {
  static final Tally NONE = new Tally(0, 0);

  /** With some more. */
  Tally plus(long moreWorkflows, long moreRows) {
    return new Tally(workflows + moreWorkflows, rows + moreRows);
  }

  /** Counts by two queries, each on a connection of its own. */
  static Tally of(String systemUrl, String workflows, String applicationUrl, String rows)
      throws SQLException {
    return new Tally(number(systemUrl, workflows), number(applicationUrl, rows));
  }

  /**
   * Compares what is there with this.
   *
   * @throws IllegalStateException that names the peer, when it is something else
   */
  void check(String peer, Tally there) {
    if (!equals(there)) {
      throw new IllegalStateException(
          "%s ran %,d workflows, which wrote %,d rows, but its databases hold %,d finished workflows and %,d rows"
              .formatted(peer, workflows, rows, there.workflows(), there.rows()));
    }
  }

  private static long number(String url, String query) throws SQLException {
    try (Connection connection = connect(url);
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** A connection beside the pools of those who are measured. */
  static Connection connect(String url) throws SQLException {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    return DriverManager.getConnection(
        parsed.jdbcUrl(), parsed.user().orElse(null), parsed.password().orElse(null));
  }
}
