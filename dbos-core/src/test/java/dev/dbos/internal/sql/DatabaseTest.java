package dev.dbos.internal.sql;

import static dev.dbos.internal.sql.SqlFixture.execute;
import static dev.dbos.internal.sql.SqlFixture.value;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class DatabaseTest {
  private static final String STOCK = "CREATE TABLE stock (sku varchar(20) PRIMARY KEY)";
  private static final String COUNT = "SELECT count(*) FROM stock";

  @Test
  void everySqliteConnectionIsSetUpTheSameWay() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Database database = SqlFixture.open(file.url())) {
      for (Access access : Access.values()) {
        try (Lease lease = database.lease(access)) {
          Connection connection = lease.connection();
          assertThat(value(connection, "PRAGMA journal_mode")).isEqualTo("wal");
          assertThat(value(connection, "PRAGMA synchronous")).isEqualTo("2");
          assertThat(value(connection, "PRAGMA foreign_keys")).isEqualTo("1");
          assertThat(value(connection, "PRAGMA busy_timeout")).isEqualTo("10000");
          assertThat(value(connection, "PRAGMA query_only"))
              .isEqualTo(access == Access.READ ? "1" : "0");
        }
      }
    }
  }

  @Test
  void readersOfSqliteDoNotWaitForTheWriter() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Database database = SqlFixture.open(file.url())) {
      database.write(connection -> execute(connection, STOCK));
      database.write(
          writing -> {
            execute(writing, "INSERT INTO stock VALUES ('tea')");
            assertThat(database.<String>read(reading -> value(reading, COUNT))).isEqualTo("0");
            return 1;
          });
      assertThat(database.<String>read(reading -> value(reading, COUNT))).isEqualTo("1");
      assertThat(database.connectionsInUse()).isZero();
    }
  }

  @Test
  void twoDatabasesOnOneSqliteFileTakeTurns() throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (TempSqlite file = TempSqlite.create();
        Database stock = SqlFixture.open(file.url());
        Database audit = SqlFixture.open(file.url())) {
      stock.write(connection -> execute(connection, STOCK));
      List<Thread> writers = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        Database database = i % 2 == 0 ? stock : audit;
        String sku = "sku " + i + " ";
        writers.add(Thread.ofVirtual().start(() -> insertMany(database, sku, failures)));
      }
      for (Thread writer : writers) {
        writer.join();
      }

      assertThat(failures).isEmpty();
      assertThat(stock.<String>read(connection -> value(connection, COUNT))).isEqualTo("800");
    }
  }

  @Test
  void aDatabaseInMemoryServesManyThreads() throws Exception {
    List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
    try (Database database = SqlFixture.open("sqlite::memory:")) {
      database.write(connection -> execute(connection, STOCK));
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        String sku = "sku " + i + " ";
        threads.add(Thread.ofPlatform().start(() -> insertMany(database, sku, failures)));
      }
      for (Thread thread : threads) {
        thread.join();
      }

      assertThat(failures).isEmpty();
      assertThat(database.<String>read(connection -> value(connection, COUNT))).isEqualTo("400");
    }
  }

  private static void insertMany(Database database, String sku, List<Throwable> failures) {
    try {
      for (int i = 0; i < 50; i++) {
        String insert = "INSERT INTO stock VALUES ('" + sku + i + "')";
        database.write(connection -> execute(connection, insert));
        database.<String>read(connection -> value(connection, COUNT));
      }
    } catch (Throwable failure) {
      failures.add(failure);
    }
  }

  @Test
  void aFailedTransactionLeavesNothingAndGivesEverythingBack() throws SQLException {
    try (TempSqlite file = TempSqlite.create();
        Database database = SqlFixture.open(file.url())) {
      database.write(connection -> execute(connection, STOCK));
      assertThatThrownBy(
              () ->
                  database.write(
                      connection -> {
                        execute(connection, "INSERT INTO stock VALUES ('tea')");
                        throw new IllegalStateException("no shelf");
                      }))
          .hasMessage("no shelf");

      assertThat(database.<String>read(connection -> value(connection, COUNT))).isEqualTo("0");
      database.write(connection -> execute(connection, "INSERT INTO stock VALUES ('tea')"));
      assertThat(database.connectionsInUse()).isZero();
    }
  }

  @Test
  void aPoolOfTheUserGetsItsConnectionsBackAsItLentThem() throws SQLException {
    TestPostgres server = TestPostgres.shared();
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(
        "jdbc:postgresql://localhost:" + server.port() + "/" + server.createDatabase());
    config.setUsername("postgres");
    config.setPassword("postgres");
    config.setAutoCommit(false);
    config.setMaximumPoolSize(1);
    try (HikariDataSource pool = new HikariDataSource(config)) {
      try (Database database = Pools.adopt("stock", pool)) {
        database.write(connection -> execute(connection, STOCK));
        database.write(connection -> execute(connection, "INSERT INTO stock VALUES ('tea')"));
        try (Lease lease = database.lease(Access.READ)) {
          assertThat(lease.connection().getAutoCommit()).isTrue();
        }
      }
      assertThat(pool.isClosed()).isFalse();
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.getAutoCommit()).isFalse();
        assertThat(value(connection, COUNT)).isEqualTo("1");
      }
    }
  }

  @Test
  void aPoolThatIsUsedUpSaysSo() throws SQLException {
    TestPostgres server = TestPostgres.shared();
    PoolOptions one =
        PoolOptions.DEFAULT.withMaximumSize(1).withConnectionTimeout(Duration.ofMillis(250));
    try (Database database =
            Pools.open(
                Pools.Owner.datasource("stock"),
                DatabaseUrl.parse(server.url(server.createDatabase())),
                PoolSetup.of(one),
                new Pools.Session("stock test", IsolationLevel.SERIALIZABLE, null));
        Lease held = database.lease(Access.WRITE, new Borrower("reserve stock", "order-42"))) {
      assertThat(held.connection().isValid(30)).isTrue();
      assertThatThrownBy(() -> database.lease(Access.READ))
          .isInstanceOf(DatabaseUnavailableException.class)
          .message()
          .matches(
              Pattern.quote(
                      "No connection to stock became free within 250 ms: all 1 are in use, by")
                  + Pattern.quote(" transaction \"reserve stock\" of workflow order-42 for ")
                  + "\\d+ ms"
                  + Pattern.quote(". Shorten the transactions that hold them, or raise")
                  + Pattern.quote(" pool(PoolOptions.DEFAULT.withMaximumSize(...)) of the")
                  + Pattern.quote(" datasource's builder."));
    }
  }

  @Test
  void sessionsHaveTheIsolationTheyWereOpenedWith() throws SQLException {
    TestPostgres server = TestPostgres.shared();
    try (Database database = SqlFixture.open(server.url(server.createDatabase()))) {
      assertThat(
              database.<String>read(
                  connection -> value(connection, "SHOW default_transaction_isolation")))
          .isEqualTo("serializable");
      assertThat(database.<String>read(connection -> value(connection, "SHOW application_name")))
          .isEqualTo("stock test");
    }
  }
}
