package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatabaseUrl;

/** The pools of those who bring none: of the size that this library's have by default. */
final class Pools {
  private static final int SIZE = 20;

  private Pools() {}

  static HikariDataSource open(String url) {
    DatabaseUrl parsed = DatabaseUrl.parse(url);
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(parsed.jdbcUrl());
    config.setUsername(parsed.user().orElseThrow());
    config.setPassword(parsed.password().orElseThrow());
    config.setMaximumPoolSize(SIZE);
    return new HikariDataSource(config);
  }
}
