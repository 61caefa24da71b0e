package dev.dbos.conformance.interop;

import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The system tables as an operator sees them. */
final class Rows {
  private final Site site;

  private Rows(Site site) {
    this.site = site;
  }

  static Rows of(Site site) {
    return new Rows(site);
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
    List<String> values = new ArrayList<>();
    for (Map<String, @Nullable Object> row : rows(sql)) {
      values.add(String.valueOf(row.values().iterator().next()));
    }
    return values;
  }

  /** All columns of all rows. */
  List<Map<String, @Nullable Object>> rows(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      ResultSetMetaData columns = found.getMetaData();
      List<Map<String, @Nullable Object>> rows = new ArrayList<>();
      while (found.next()) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
          row.put(columns.getColumnLabel(i), found.getObject(i));
        }
        rows.add(row);
      }
      return rows;
    } catch (SQLException e) {
      throw new IllegalStateException(e.getMessage(), e);
    }
  }

  private Connection connect() throws SQLException {
    Connection connection = Sample.connect(site);
    if (site.product() == Product.SQLITE) {
      try (Statement statement = connection.createStatement()) {
        statement.execute("PRAGMA busy_timeout = 10000");
        statement.execute("PRAGMA foreign_keys = ON");
      }
    }
    return connection;
  }
}
