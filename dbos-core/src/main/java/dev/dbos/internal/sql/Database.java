package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.IsolationLevel;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * One physical database as a datasource or the system database uses it: where its connections come
 * from, its dialect, its identity and, for SQLite, the turn to write.
 *
 * <p>No thread holds two leases of one database at a time.
 */
public final class Database implements AutoCloseable {
  /** What a lease is for. */
  public enum Access {
    /** Reading only; on SQLite a connection of its own that never waits for the writer. */
    READ,
    /** Writing; on SQLite one at a time for each file. */
    WRITE
  }

  private final String name;
  private final Dialect dialect;
  private final DatabaseIdentity identity;
  private final DataSource writers;
  private final DataSource readers;
  private final @Nullable WriteGate gate;
  private final Session session;
  private final @Nullable PostgresServer server;
  private final boolean owned;
  private final boolean onePool;

  private @Nullable Listening listening;

  Database(String name, Connections connections, Session session) throws SQLException {
    this.name = name;
    this.writers = connections.writers();
    this.readers = connections.readers();
    this.owned = connections.owned();
    this.onePool = connections.shared();
    this.session = session;
    try (Connection connection = writers.getConnection()) {
      this.server = PostgresServer.at(connection).orElse(null);
      this.dialect = server == null ? Dialect.of(connection) : server.dialect();
      this.identity = dialect.identify(connection);
    }
    this.gate =
        switch (identity) {
          case DatabaseIdentity.SqliteFile file -> WriteGate.of(file.realPath());
          case DatabaseIdentity.PostgresDatabase postgres -> null;
          case DatabaseIdentity.Unidentified unidentified ->
              dialect instanceof Dialect.Sqlite ? new WriteGate() : null;
        };
  }

  /** Where connections come from; both the same where reading needs no connection of its own. */
  record Connections(DataSource writers, DataSource readers, boolean owned) {
    @SuppressWarnings("ReferenceEquality") // the same pool, not an equal one
    boolean shared() {
      return writers == readers;
    }
  }

  /**
   * What its sessions run with.
   *
   * @param wanted the isolation level of transactions that ask for none, or null for whatever the
   *     session has
   * @param lasting whether the sessions have been set to it, and to their limits, once and for all
   */
  record Session(@Nullable IsolationLevel wanted, boolean lasting) {
    /** Nothing is known of them. */
    static final Session UNKNOWN = new Session(null, false);
  }

  /** The name used in messages. */
  public String name() {
    return name;
  }

  /** The dialect it speaks. */
  public Dialect dialect() {
    return dialect;
  }

  /** Which physical database it is. */
  public DatabaseIdentity identity() {
    return identity;
  }

  /** The isolation level its sessions are set to, or null for whatever the server says. */
  @Nullable IsolationLevel sessionIsolation() {
    if (session.lasting()) {
      return session.wanted();
    }
    return owned && server != null ? server.isolation() : null;
  }

  /** The isolation level of transactions that do not ask for one, or null for the session's. */
  @Nullable IsolationLevel wantedIsolation() {
    return session.wanted();
  }

  /** Whether its connections go through a pooler, on which no setting of a session lasts. */
  public boolean isPooled() {
    return server != null && server.pooled();
  }

  /** What the server calls itself; empty for SQLite. */
  public Optional<String> serverVersion() {
    return Optional.ofNullable(server).map(PostgresServer::version);
  }

  /** Whether notifications reach those who listen; found out the first time this is called. */
  public synchronized Listening listening() {
    if (listening == null) {
      listening = Pools.listening(this);
    }
    return listening;
  }

  /**
   * The statement that limits the statements of an open transaction, where the sessions are not
   * limited already.
   */
  public Optional<String> limitStatements(Duration timeout) {
    return session.lasting() ? Optional.empty() : dialect.limitStatements(timeout);
  }

  /** The pool that writes. */
  public DataSource dataSource() {
    return writers;
  }

  /**
   * Borrows a connection, waiting for one to be free and, to write to SQLite, for the turn.
   *
   * @throws dev.dbos.error.DatabaseUnavailableException when the pool has none in time
   */
  public Lease lease(Access access) throws SQLException {
    boolean inMemory = dialect instanceof Dialect.Sqlite && onePool && owned;
    WriteGate turn = access == Access.WRITE || inMemory ? gate : null;
    if (turn != null) {
      turn.enter();
    }
    Connection connection = null;
    try {
      connection = Pools.connection(access == Access.WRITE ? writers : readers, name);
      return new Lease(connection, this, turn);
    } catch (Throwable failure) {
      if (connection != null) {
        connection.close();
      }
      if (turn != null) {
        turn.leave();
      }
      throw failure;
    }
  }

  /** Runs {@code work} without a transaction, each statement by itself. */
  public <R extends @Nullable Object> R read(SqlFunction<Connection, R> work) throws SQLException {
    try (Lease lease = lease(Access.READ)) {
      return work.apply(lease.connection());
    }
  }

  /** Runs {@code work} in one writing transaction. */
  public <R extends @Nullable Object> R write(SqlFunction<Connection, R> work) throws SQLException {
    try (Lease lease = lease(Access.WRITE)) {
      return Transactions.call(lease, TransactionMode.WRITE, work);
    }
  }

  /** Closes the pools that were made for it; a data source that was handed in stays open. */
  @Override
  public void close() {
    if (owned) {
      Pools.close(writers);
      if (!onePool) {
        Pools.close(readers);
      }
    }
  }

  /** How many connections are lent at this moment, for a pool of ours; otherwise 0. */
  public int connectionsInUse() {
    return inUse(writers) + (onePool ? 0 : inUse(readers));
  }

  private static int inUse(DataSource source) {
    return source instanceof HikariDataSource pool && pool.getHikariPoolMXBean() != null
        ? pool.getHikariPoolMXBean().getActiveConnections()
        : 0;
  }
}
