package dev.dbos.chaos;

import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** Databases on a server of their own, which may be shut down at any moment. */
final class PostgresSite implements Site {
  private final TestPostgres server;
  private final Map<Store, String> databases = new EnumMap<>(Store.class);

  private PostgresSite(TestPostgres server, boolean several) {
    this.server = server;
    String shared = server.createDatabase();
    for (Store store : Store.values()) {
      boolean apart = several && store != Store.SYSTEM;
      databases.put(store, apart ? server.createDatabase() : shared);
    }
  }

  static PostgresSite create(boolean several) {
    return new PostgresSite(
        TestPostgres.builder()
            // Deadlocks are found when somebody has waited for so long.
            .setting("deadlock_timeout", "100ms")
            .setting("logging_collector", "off")
            .start(),
        several);
  }

  TestPostgres server() {
    return server;
  }

  String database(Store store) {
    return Objects.requireNonNull(databases.get(store));
  }

  @Override
  public Connection connect(Store store) throws SQLException {
    return server.connect(database(store), "chaos-driver");
  }

  @Override
  public String url(Store store) {
    return server.url(database(store));
  }

  @Override
  public String url(Store store, TcpProxy proxy) {
    return server.url(database(store), proxy);
  }

  @Override
  public Optional<TcpProxy> proxy() {
    return Optional.of(server.proxy());
  }

  @Override
  public String systemTable(String name) {
    return "dbos." + name;
  }

  @Override
  public Optional<String> outputTable(Store store) {
    return areOne(store, Store.SYSTEM) ? Optional.empty() : Optional.of("dbos.datasource_outputs");
  }

  @Override
  public boolean areOne(Store one, Store other) {
    return database(one).equals(database(other));
  }

  @Override
  public void close() {
    server.close();
  }
}
