package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.error.ConfigurationException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;

/** The pools of an SQLite database: one connection that writes, and others that read. */
final class SqlitePools {
  private static final String READ_ONLY = "PRAGMA query_only=ON";

  private SqlitePools() {}

  static Database.Connections open(PoolPlan plan) {
    if (plan.setup().credentials() != null) {
      throw new ConfigurationException(
          "SQLite knows no users, so "
              + plan.name()
              + " at "
              + plan.url().redacted()
              + " takes no credentials(...). Remove them.",
          null);
    }
    return plan.url().inMemory() ? inMemory(plan) : inFile(plan);
  }

  /**
   * A private database lives and dies with its one connection, which therefore serves readers too
   * and is never retired.
   */
  private static Database.Connections inMemory(PoolPlan plan) {
    HikariConfig config = plan.config(plan.name(), pragmas());
    plan.customize(config);
    config.setMaximumPoolSize(1);
    config.setMinimumIdle(1);
    config.setIdleTimeout(0);
    config.setMaxLifetime(0);
    config.setKeepaliveTime(0);
    HikariDataSource source = plan.start(config);
    return new Database.Connections(source, source, plan.url());
  }

  private static Database.Connections inFile(PoolPlan plan) {
    SqliteFile file = new SqliteFile(plan.name(), plan.url().file().orElseThrow());
    file.requireUsable();
    HikariConfig writing = plan.config(plan.name(), pragmas());
    plan.customize(writing);
    writing.setMaximumPoolSize(1);
    writing.setMinimumIdle(Math.min(writing.getMinimumIdle(), 1));
    makeLog(plan, writing);
    HikariDataSource writers = plan.start(writing);
    try {
      SqlitePragmas.verify(writers, plan.name());
      HikariConfig reading = plan.config(plan.name() + " readers", pragmas());
      plan.customize(reading);
      reading.setConnectionInitSql(READ_ONLY);
      return new Database.Connections(writers, plan.start(reading), plan.url());
    } catch (Throwable failure) {
      writers.close();
      throw failure;
    }
  }

  /**
   * Makes the file and its write-ahead log. SQLite waits for the locks of others, but of two that
   * give a file its log at the same moment one is told at once that it is locked.
   */
  private static void makeLog(PoolPlan plan, HikariConfig config) {
    Backoff pauses = Backoff.forConflicts(ThreadLocalRandom.current());
    long giveUp = System.nanoTime() + SqlitePragmas.BUSY_TIMEOUT.toNanos();
    for (int attempt = 1; ; attempt++) {
      try {
        DriverManager.getConnection(config.getJdbcUrl(), config.getDataSourceProperties()).close();
        return;
      } catch (SQLException failure) {
        if (SqlFailure.of(failure) != SqlFailure.CONFLICT) {
          // The pool, which fails like this, says what it means.
          return;
        }
        if (System.nanoTime() - giveUp >= 0) {
          throw plan.explain(failure);
        }
      }
      LockSupport.parkNanos(pauses.after(attempt).toNanos());
    }
  }

  /** As driver properties: an init statement would run only the first of several pragmas. */
  private static Properties pragmas() {
    Properties properties = new Properties();
    SqlitePragmas.WANTED.forEach(properties::setProperty);
    return properties;
  }
}
