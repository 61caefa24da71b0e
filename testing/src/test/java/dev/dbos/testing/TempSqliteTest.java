package dev.dbos.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

class TempSqliteTest {
  @Test
  void theDatabaseGoesAwayWithItsLogAndSharedMemory() throws Exception {
    TempSqlite sqlite = TempSqlite.create();
    Path log = sqlite.path().resolveSibling(sqlite.path().getFileName() + "-wal");
    try (Connection connection = DriverManager.getConnection(sqlite.jdbcUrl());
        Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA journal_mode = WAL");
      statement.execute("CREATE TABLE stock (item text)");
      assertThat(log).exists();
      sqlite.close();
      assertThat(sqlite.path().getParent()).doesNotExist();
    }
  }

  @Test
  void everyDatabaseHasAUrlOfItsOwn() {
    try (TempSqlite shop = TempSqlite.create();
        TempSqlite warehouse = TempSqlite.create()) {
      assertThat(shop.url()).isEqualTo("sqlite:///" + shop.path()).isNotEqualTo(warehouse.url());
      assertThat(Files.exists(shop.path())).isFalse();
    }
  }
}
