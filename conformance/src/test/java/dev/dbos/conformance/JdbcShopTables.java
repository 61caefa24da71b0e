package dev.dbos.conformance;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** By JDBC alone. */
record JdbcShopTables(Connection connection) implements ShopTables {
  @Override
  public int reserve(String sku) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement("insert into reservation (sku) values (?)")) {
      insert.setString(1, sku);
      insert.executeUpdate();
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "update stock set quantity = quantity - 1 where sku = ? returning quantity")) {
      update.setString(1, sku);
      try (ResultSet row = update.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  @Override
  public int execute(String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(sql);
    }
  }

  @Override
  public @Nullable String value(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    }
  }
}
