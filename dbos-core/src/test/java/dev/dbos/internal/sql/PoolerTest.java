package dev.dbos.internal.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.testing.Skipped;
import dev.dbos.testing.TestPgBouncer;
import dev.dbos.testing.TestPgBouncer.Mode;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Pools on a real PgBouncer. */
class PoolerTest {
  private static final Pools.Session SESSION =
      new Pools.Session("shop", IsolationLevel.SERIALIZABLE, Duration.ofSeconds(9));

  private static final TestPostgres SERVER = TestPostgres.shared();

  @BeforeAll
  static void requirePgBouncer() {
    Assumptions.assumeTrue(
        TestPgBouncer.isInstalled(),
        () -> Skipped.loudly("PoolerTest", "PgBouncer is not installed (apt install pgbouncer)"));
  }

  @Test
  void aTransactionPoolerIsNoticedAndNobodyListensThroughIt() {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        Database shop = open(pooler)) {
      assertThat(shop.isPooled()).isTrue();
      assertThat(shop.listening())
          .isEqualTo(
              new Listening.Unsupported(
                  "the connections go through a pooler that lends a server for one transaction at"
                      + " a time"));
    }
  }

  @Test
  void aSessionPoolerIsNoticedAndLetsListen() {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).mode(Mode.SESSION).start();
        Database shop = open(pooler)) {
      assertThat(shop.isPooled()).isTrue();
      assertThat(shop.listening()).isEqualTo(new Listening.Supported());
    }
  }

  @Test
  void withoutAPoolerEverybodyMayListenAndNothingIsAsked() {
    try (Database shop = open(SERVER.url(SERVER.createDatabase()))) {
      assertThat(shop.isPooled()).isFalse();
      assertThat(shop.listening()).isEqualTo(new Listening.Supported());
    }
  }

  @Test
  void aPoolerThatSwallowsTheSettingsOfASessionIsNoticedToo() throws SQLException {
    try (TestPgBouncer pooler =
            TestPgBouncer.builder(SERVER)
                .setting("ignore_startup_parameters", "extra_float_digits,options")
                .start();
        Database shop = open(pooler)) {
      assertThat(shop.isPooled()).isTrue();
      assertThat(settingInside(shop, TransactionMode.WRITE, "transaction_isolation"))
          .isEqualTo("serializable");
    }
  }

  @Test
  void eachTransactionRunsAtTheLevelItWants() throws SQLException {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        Database shop = open(pooler)) {
      assertThat(settingInside(shop, TransactionMode.WRITE, "transaction_isolation"))
          .isEqualTo("serializable");
      TransactionMode committed = new TransactionMode(IsolationLevel.READ_COMMITTED, false);
      assertThat(settingInside(shop, committed, "transaction_isolation"))
          .isEqualTo("read committed");
      TransactionMode reading = new TransactionMode(null, true);
      assertThat(settingInside(shop, reading, "transaction_read_only")).isEqualTo("on");
      assertThat(settingInside(shop, reading, "transaction_isolation")).isEqualTo("serializable");
    }
  }

  @Test
  void nothingIsLeftOnTheServersBehindAPooler() throws SQLException {
    String database = SERVER.createDatabase();
    try (TestPgBouncer pooler =
            TestPgBouncer.builder(SERVER).setting("default_pool_size", "1").start();
        Database shop = open(pooler.url(database));
        Connection somebodyElse = DriverManager.getConnection(jdbcUrl(pooler, database))) {
      settingInside(shop, TransactionMode.WRITE, "transaction_isolation");
      for (int i = 0; i < 20; i++) {
        settingInside(shop, new TransactionMode(null, true), "transaction_isolation");
      }
      shop.listening();

      assertThat(setting(somebodyElse, "default_transaction_isolation"))
          .isEqualTo("read committed");
      assertThat(setting(somebodyElse, "default_transaction_read_only")).isEqualTo("off");
      assertThat(setting(somebodyElse, "statement_timeout")).isEqualTo("0");
      assertThat(SqlFixture.value(somebodyElse, "select count(*) from pg_prepared_statements"))
          .isEqualTo("0");
      assertThat(SqlFixture.value(somebodyElse, "select count(*) from pg_listening_channels()"))
          .isEqualTo("0");
    }
  }

  @Test
  void theLimitOfStatementsIsSetInEachTransaction() {
    try (TestPgBouncer pooler = TestPgBouncer.builder(SERVER).start();
        Database shop = open(pooler)) {
      assertThat(shop.limitStatements(Duration.ofSeconds(9)))
          .isEqualTo(Optional.of("SET LOCAL statement_timeout = 9000"));
    }
    try (Database direct = open(SERVER.url(SERVER.createDatabase()))) {
      assertThat(direct.limitStatements(Duration.ofSeconds(9))).isEmpty();
    }
  }

  private static String jdbcUrl(TestPgBouncer pooler, String database) {
    return "jdbc:postgresql://localhost:%d/%s?user=postgres&password=postgres&prepareThreshold=0"
        .formatted(pooler.port(), database);
  }

  private static Database open(TestPgBouncer pooler) {
    return open(pooler.url(SERVER.createDatabase()));
  }

  private static Database open(String url) {
    return Pools.open(
        Pools.Owner.datasource("shop"),
        DatabaseUrl.parse(url),
        PoolSetup.of(PoolOptions.DEFAULT),
        SESSION);
  }

  private static String settingInside(Database database, TransactionMode mode, String name)
      throws SQLException {
    try (Lease lease = database.lease(Access.WRITE)) {
      return Transactions.call(lease, mode, connection -> setting(connection, name));
    }
  }

  private static String setting(Connection connection, String name) throws SQLException {
    return SqlFixture.value(connection, "SHOW " + name);
  }
}
