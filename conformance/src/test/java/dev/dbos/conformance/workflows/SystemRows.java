package dev.dbos.conformance.workflows;

import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Reads and changes the system tables behind the back of the library, as an operator would. */
final class SystemRows {
  private static final String FILE_URL = "sqlite:///";

  private final Site site;

  private SystemRows(Site site) {
    this.site = site;
  }

  static SystemRows of(Site site) {
    return new SystemRows(site);
  }

  /** How many rows changed. */
  int change(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** The first column of all rows. */
  List<String> query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** All columns of all rows as text, by their names. */
  List<Map<String, String>> rows(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<Map<String, String>> values = new ArrayList<>();
      while (rows.next()) {
        Map<String, String> row = new TreeMap<>();
        for (int column = 1; column <= rows.getMetaData().getColumnCount(); column++) {
          row.put(rows.getMetaData().getColumnName(column), String.valueOf(rows.getString(column)));
        }
        values.add(row);
      }
      return values;
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  /** Makes an ended workflow look like one whose process died before its end was written. */
  void forgetTheEndOf(String workflowId) {
    change(
        "UPDATE workflow_status SET status = 'PENDING', output = NULL, error = NULL,"
            + " completed_at = NULL WHERE workflow_uuid = '"
            + workflowId
            + "'");
  }

  private Connection connect() throws SQLException {
    if (site.product() == Product.SQLITE) {
      Connection connection =
          DriverManager.getConnection(
              "jdbc:sqlite:" + site.systemUrl().substring(FILE_URL.length()));
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 10000");
        statement.execute("PRAGMA foreign_keys = ON");
      }
      return connection;
    }
    Connection connection =
        TestPostgres.shared().connect(Site.databaseName(site.systemUrl()), "operator");
    connection.setSchema("dbos");
    return connection;
  }
}
