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
  private final @Nullable IsolationLevel sessionIsolation;
  private final boolean owned;
  private final boolean onePool;

  Database(String name, Connections connections, @Nullable IsolationLevel sessionIsolation)
      throws SQLException {
    this.name = name;
    this.writers = connections.writers();
    this.readers = connections.readers();
    this.owned = connections.owned();
    this.onePool = connections.shared();
    this.sessionIsolation = sessionIsolation;
    try (Connection connection = writers.getConnection()) {
      this.dialect = Dialect.of(connection);
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
    return sessionIsolation;
  }

  /**
   * The statement that limits the statements of an open transaction, where the sessions are not
   * limited already.
   */
  public Optional<String> limitStatements(Duration timeout) {
    return owned ? Optional.empty() : dialect.limitStatements(timeout);
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

  /**
   * Opens a connection beside the pools, for what has to keep one; the caller closes it. Empty
   * where that is not possible: for a data source of the application, which may be a pool, and for
   * a database in memory.
   *
   * @param purpose what the server shows, behind the application's name
   */
  public Optional<Connection> openBeside(String purpose) throws SQLException {
    return opensBeside() && writers instanceof HikariDataSource pool
        ? Optional.of(SideConnection.open(pool, purpose))
        : Optional.empty();
  }

  /** Whether {@link #openBeside} can open one. */
  public boolean opensBeside() {
    boolean inMemory = onePool && dialect instanceof Dialect.Sqlite;
    return owned && !inMemory;
  }

  /**
   * Runs {@code work} like {@link #read}, giving up on a server that does not answer in time.
   *
   * @throws SQLException also when there was no answer; the connection is lost then
   */
  public <R extends @Nullable Object> R readWithin(
      Duration patience, SqlFunction<Connection, R> work) throws SQLException {
    try (Lease lease = lease(Access.READ)) {
      if (dialect instanceof Dialect.Postgres) {
        lease.connection().setNetworkTimeout(Runnable::run, (int) patience.toMillis());
      }
      R result = work.apply(lease.connection());
      if (dialect instanceof Dialect.Postgres) {
        lease.connection().setNetworkTimeout(Runnable::run, 0);
      }
      return result;
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
