package dev.dbos.conformance;

import dev.dbos.testing.TcpProxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Keeps everything out of the system database while the application's database goes on: a network
 * that loses every packet, or somebody who holds the file's write lock.
 */
interface SystemOutage extends AutoCloseable {
  /** Where the process under test finds the system database. */
  String systemUrl();

  /** From here on nothing gets through. */
  void begin() throws SQLException;

  /** It ends; what was not written by then and has no process left is lost. */
  @Override
  void close() throws SQLException;

  static SystemOutage prepare(Premises premises) {
    String url = premises.site().systemUrl();
    return switch (premises.site().product()) {
      case POSTGRESQL -> new BlackHole(premises.proxy(), url);
      case SQLITE -> new HeldLock(url);
    };
  }

  /** Packets vanish. */
  record BlackHole(TcpProxy proxy, String url) implements SystemOutage {
    @Override
    public String systemUrl() {
      return Premises.through(proxy, url);
    }

    @Override
    public void begin() {
      proxy.blackHole();
    }

    @Override
    public void close() {
      proxy.close();
    }
  }

  /** Somebody else writes. */
  final class HeldLock implements SystemOutage {
    private final String url;
    private @org.jspecify.annotations.Nullable Connection holder;

    HeldLock(String url) {
      this.url = url;
    }

    @Override
    public String systemUrl() {
      return url;
    }

    @Override
    public void begin() throws SQLException {
      Connection connection = new DirectSql(url).connect();
      holder = connection;
      try (Statement statement = connection.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");
      }
    }

    @Override
    public void close() throws SQLException {
      if (holder != null) {
        holder.close();
      }
    }
  }
}
