package dev.dbos.internal.sql;

import dev.dbos.datasource.IsolationLevel;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.postgresql.core.BaseConnection;

/**
 * What is at the other end of a connection that speaks PostgreSQL's protocol.
 *
 * @param version what the server calls itself
 * @param pooled whether a pooler is in between
 * @param isolation what its sessions are set to, or null when that is no level we know
 */
record PostgresServer(String version, boolean pooled, @Nullable IsolationLevel isolation) {
  private static final String QUESTION =
      "SELECT version(), pg_backend_pid(), current_setting('default_transaction_isolation')";

  private static final boolean DRIVER_PRESENT = Drivers.isPresent("org.postgresql.Driver");

  /** Asks it; empty when it is another product. */
  static Optional<PostgresServer> at(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT);
    return product.contains("postgresql") || product.contains("cockroach")
        ? Optional.of(ask(connection))
        : Optional.empty();
  }

  private static PostgresServer ask(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(QUESTION)) {
      row.next();
      String version = row.getString(1);
      boolean pooled = !isCockroach(version) && answersForAnother(connection, row.getInt(2));
      return new PostgresServer(version, pooled, isolation(row.getString(3)));
    }
  }

  /** What it speaks. */
  Dialect.Postgres dialect() {
    return new Dialect.Postgres(
        isCockroach(version) ? Dialect.Flavor.COCKROACHDB : Dialect.Flavor.POSTGRESQL);
  }

  private static boolean isCockroach(String version) {
    return version.toLowerCase(Locale.ROOT).contains("cockroachdb");
  }

  /**
   * When a session starts, the server tells its process id, so that a statement can be cancelled. A
   * pooler, which changes servers behind the client's back, tells a number of its own.
   */
  private static boolean answersForAnother(Connection connection, int processId)
      throws SQLException {
    return DRIVER_PRESENT
        && connection.isWrapperFor(BaseConnection.class)
        && connection.unwrap(BaseConnection.class).getQueryExecutor().getBackendPID() != processId;
  }

  private static @Nullable IsolationLevel isolation(String setting) {
    for (IsolationLevel level : IsolationLevel.values()) {
      if (level.name().replace('_', ' ').equalsIgnoreCase(setting)) {
        return level;
      }
    }
    return null;
  }
}
