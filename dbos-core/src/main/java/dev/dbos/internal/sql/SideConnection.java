package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;

/** A connection like those of a pool, which the pool knows nothing of. */
final class SideConnection {
  private static final String APPLICATION_NAME = "ApplicationName";

  private SideConnection() {}

  static Connection open(HikariDataSource pool, String purpose) throws SQLException {
    Properties properties = new Properties();
    properties.putAll(pool.getDataSourceProperties());
    if (pool.getUsername() != null) {
      properties.setProperty("user", pool.getUsername());
    }
    if (pool.getPassword() != null) {
      properties.setProperty("password", pool.getPassword());
    }
    String application = properties.getProperty(APPLICATION_NAME);
    if (application != null) {
      properties.setProperty(APPLICATION_NAME, application + "/" + purpose);
    }
    return DriverManager.getConnection(pool.getJdbcUrl(), properties);
  }
}
