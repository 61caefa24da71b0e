package dev.dbos.internal.watch;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.ListenMode;
import dev.dbos.datasource.MigrationMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Pools;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** A system database with workflow order-42, and processes that watch it. */
final class WatchFixture implements AutoCloseable {
  /** Where it is. */
  enum Product {
    SQLITE,
    POSTGRESQL
  }

  private final String url;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final SystemDatabase writer;

  WatchFixture(Product product) {
    if (product == Product.SQLITE) {
      TempSqlite file = TempSqlite.create();
      opened.push(file);
      url = file.url();
    } else {
      url = TestPostgres.shared().url(TestPostgres.shared().createDatabase());
      opened.push(() -> TestPostgres.shared().dropDatabase(databaseName()));
    }
    writer = open(url);
    SystemSchema.prepare(writer.database(), "dbos", MigrationMode.MIGRATE, Duration.ofSeconds(30));
    execute(
        "INSERT INTO workflow_status (workflow_uuid, status, name, owner_xid, created_at,"
            + " updated_at) VALUES ('order-42', 'PENDING', 'checkout', 'run', 1, 1)");
  }

  String url() {
    return url;
  }

  String databaseName() {
    return url.substring(url.lastIndexOf('/') + 1);
  }

  private SystemDatabase open(String address) {
    Database database =
        Pools.open(
            Pools.Owner.datasource("system database"),
            DatabaseUrl.parse(address),
            PoolSetup.of(PoolOptions.DEFAULT),
            new Pools.Session("watch test", IsolationLevel.READ_COMMITTED, null));
    opened.push(database);
    return new SystemDatabase(database, "dbos");
  }

  Watcher watcher() {
    return watcher(url, Runs.NONE, ListenMode.AUTO);
  }

  Watcher watcher(String address, Runs runs, ListenMode mode) {
    Watcher watcher = new Watcher(open(address), runs, mode);
    opened.push(watcher);
    return watcher;
  }

  /** Commits something, and tells nobody. */
  void execute(String sql) {
    try {
      writer
          .database()
          .write(
              connection -> {
                run(connection, sql);
                return sql;
              });
    } catch (SQLException failure) {
      throw new IllegalStateException(sql, failure);
    }
  }

  private void run(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (url.startsWith("postgres")) {
        statement.execute("SET LOCAL search_path = dbos");
      }
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception failure) {
        throw new IllegalStateException(failure);
      }
    }
  }
}
