package dev.dbos.conformance;

import dev.dbos.datasource.DatabaseUrl;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/** A data source of an application, which counts the connections it hands out. */
public final class CountingDataSource implements DataSource {
  private final DataSource source;
  private final AtomicInteger connections = new AtomicInteger();

  /** Counts the connections of {@code source}. */
  public CountingDataSource(DataSource source) {
    this.source = source;
  }

  /** Every connection is new, and gives up at once when somebody else writes. */
  static CountingDataSource impatientSqlite(String url) {
    SQLiteConfig config = new SQLiteConfig();
    config.setBusyTimeout(0);
    SQLiteDataSource source = new SQLiteDataSource(config);
    source.setUrl(DatabaseUrl.parse(url).jdbcUrl());
    return new CountingDataSource(source);
  }

  /** How many were handed out. */
  public int connections() {
    return connections.get();
  }

  void forget() {
    connections.set(0);
  }

  @Override
  public Connection getConnection() throws SQLException {
    connections.incrementAndGet();
    return source.getConnection();
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return source.getConnection(user, password);
  }

  @Override
  public @Nullable PrintWriter getLogWriter() throws SQLException {
    return source.getLogWriter();
  }

  @Override
  public void setLogWriter(@Nullable PrintWriter out) throws SQLException {
    source.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    source.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return source.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getLogger("shop");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return source.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return source.isWrapperFor(type);
  }
}
