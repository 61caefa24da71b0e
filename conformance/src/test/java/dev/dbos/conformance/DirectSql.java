package dev.dbos.conformance;

import dev.dbos.datasource.DatabaseUrl;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/** A database seen from outside, past the library, each statement on a connection of its own. */
final class DirectSql {
  private final DatabaseUrl url;

  DirectSql(String url) {
    this.url = DatabaseUrl.parse(url);
  }

  /** A connection in autocommit mode. */
  Connection connect() throws SQLException {
    Properties properties = new Properties();
    url.user().ifPresent(user -> properties.setProperty("user", user));
    url.password().ifPresent(word -> properties.setProperty("password", word));
    if (isPostgres()) {
      // Otherwise it is the one that the pool which was made last has set for the whole JVM.
      properties.setProperty("loginTimeout", "60");
    }
    return DriverManager.getConnection(url.jdbcUrl(), properties);
  }

  void execute(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException failure) {
      throw new IllegalStateException(sql + ": " + failure.getMessage(), failure);
    }
  }

  @Nullable String value(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException failure) {
      throw new IllegalStateException(sql + ": " + failure.getMessage(), failure);
    }
  }

  int number(String sql) {
    String value = value(sql);
    return value == null ? 0 : Integer.parseInt(value);
  }

  boolean isPostgres() {
    return url.kind() == DatabaseUrl.Kind.POSTGRESQL;
  }
}
