package dev.dbos.liquibase;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class MigrationsOnPostgresTest extends MigrationContract {

  private static EmbeddedPostgres server;
  private static int databases;

  @BeforeAll
  static void startServer() throws IOException {
    server = EmbeddedPostgres.builder().setPGStartupWait(Duration.ofMinutes(2)).start();
  }

  @AfterAll
  static void stopServer() throws IOException {
    server.close();
  }

  @BeforeEach
  void createDatabase() throws SQLException {
    databases++;
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE shop" + databases);
    }
  }

  @Override
  String jdbcUrl() {
    return server.getJdbcUrl("postgres", "shop" + databases);
  }

  @Override
  Connection connect() throws SQLException {
    Properties properties = new Properties();
    // Otherwise it is the one that the pool which was made last has set for the whole JVM.
    properties.setProperty("loginTimeout", "60");
    return DriverManager.getConnection(jdbcUrl(), properties);
  }

  @Override
  String refuseToRecord(String id) {
    return "ALTER TABLE databasechangelog ADD CONSTRAINT refused CHECK (id <> '" + id + "')";
  }

  @Override
  String recordAgain() {
    return "ALTER TABLE databasechangelog DROP CONSTRAINT refused";
  }

  @Override
  String lockedValue() {
    return "true";
  }

  @Override
  List<String> settings(Connection connection) throws SQLException {
    return query(
        connection,
        "SELECT name || '=' || setting FROM pg_settings WHERE source = 'session' OR name ="
            + " 'search_path' ORDER BY name");
  }
}
