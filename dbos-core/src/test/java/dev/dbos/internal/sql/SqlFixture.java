package dev.dbos.internal.sql;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/** Databases opened as the library opens them, and statements on their connections. */
final class SqlFixture {
  private SqlFixture() {}

  static Database open(String url) {
    return Pools.open(
        Pools.Owner.datasource("stock"),
        DatabaseUrl.parse(url),
        PoolSetup.of(PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(30))),
        new Pools.Session("stock test", IsolationLevel.SERIALIZABLE, null));
  }

  static int execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      return statement.getUpdateCount();
    }
  }

  static String value(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
