package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariCredentialsProvider;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

/** A connection like those of a pool, which the pool knows nothing of. */
final class SideConnection {
  private static final String APPLICATION_NAME = "ApplicationName";

  private SideConnection() {}

  static Connection open(HikariDataSource pool, String purpose) throws SQLException {
    return open(pool, purpose, Duration.ZERO);
  }

  /**
   * Opens one.
   *
   * @param patience how long any answer may take, the first included; zero for no limit
   */
  static Connection open(HikariDataSource pool, String purpose, Duration patience)
      throws SQLException {
    Properties properties = new Properties();
    properties.putAll(pool.getDataSourceProperties());
    if (!patience.isZero()) {
      properties.setProperty("socketTimeout", String.valueOf(patience.toSeconds()));
    }
    HikariCredentialsProvider rotating = pool.getCredentialsProvider();
    Credentials credentials = rotating == null ? pool.getCredentials() : rotating.getCredentials();
    if (credentials.getUsername() != null) {
      properties.setProperty("user", credentials.getUsername());
    }
    if (credentials.getPassword() != null) {
      properties.setProperty("password", credentials.getPassword());
    }
    String application = properties.getProperty(APPLICATION_NAME);
    if (application != null) {
      properties.setProperty(APPLICATION_NAME, application + "/" + purpose);
    }
    return DriverManager.getConnection(pool.getJdbcUrl(), properties);
  }
}
