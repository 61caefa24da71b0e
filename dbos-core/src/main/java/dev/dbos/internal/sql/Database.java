package dev.dbos.internal.sql;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.observe.PoolUse;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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

  private final Pools.Owner owner;
  private final Dialect dialect;
  private final DatabaseIdentity identity;
  private final Connections connections;
  private final DataSource writers;
  private final DataSource readers;
  private final @Nullable WriteGate gate;
  private final Session session;
  private final @Nullable PostgresServer server;
  private final Set<Lease> leases = ConcurrentHashMap.newKeySet();
  private @Nullable Listening listening;
  private volatile @Nullable SqliteProcesses processes;

  Database(Pools.Owner owner, Connections connections, Session session) throws SQLException {
    this.owner = owner;
    this.connections = connections;
    this.writers = connections.writers();
    this.readers = connections.readers();
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

  /**
   * Where connections come from; both the same where reading needs no connection of its own.
   *
   * @param url what the pools were made for, or null for a data source of the application
   */
  record Connections(DataSource writers, DataSource readers, @Nullable DatabaseUrl url) {
    @SuppressWarnings("ReferenceEquality") // the same pool, not an equal one
    boolean shared() {
      return writers == readers;
    }

    boolean owned() {
      return url != null;
    }

    /** Closes the pools that were made; a data source that was handed in stays open. */
    void close() {
      if (owned()) {
        Pools.close(writers);
        Pools.close(readers);
      }
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
    return owner.name();
  }

  /** The URL it was opened at; empty for a data source of the application. */
  public Optional<DatabaseUrl> url() {
    return Optional.ofNullable(connections.url());
  }

  Pools.Owner owner() {
    return owner;
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
    return connections.owned() && server != null ? server.isolation() : null;
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
   * @throws DatabaseUnavailableException when the pool has none in time
   */
  public Lease lease(Access access) throws SQLException {
    return lease(access, Borrower.LIBRARY);
  }

  /**
   * Borrows a connection for {@code borrower}, who is named to those who find none.
   *
   * @throws DatabaseUnavailableException when the pool has none in time
   */
  public Lease lease(Access access, Borrower borrower) throws SQLException {
    boolean inMemory =
        dialect instanceof Dialect.Sqlite && connections.shared() && connections.owned();
    WriteGate turn = access == Access.WRITE || inMemory ? gate : null;
    if (turn != null) {
      turn.enter();
    }
    Connection connection = null;
    try {
      connection = borrow(access == Access.WRITE ? writers : readers);
      Lease lease = new Lease(connection, this, turn, borrower);
      leases.add(lease);
      return lease;
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
    return opensBeside() && readers instanceof HikariDataSource pool
        ? Optional.of(SideConnection.open(pool, purpose))
        : Optional.empty();
  }

  /** Whether {@link #openBeside} can open one. */
  public boolean opensBeside() {
    boolean inMemory = connections.shared() && dialect instanceof Dialect.Sqlite;
    return connections.owned() && !inMemory;
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

  private Connection borrow(DataSource source) throws SQLException {
    try {
      return source.getConnection();
    } catch (SQLTransientConnectionException failure) {
      PoolPlan.CredentialsFailure credentials =
          Causes.first(failure, PoolPlan.CredentialsFailure.class);
      if (credentials != null) {
        throw new DatabaseUnavailableException(
            "No connection to " + name() + " can be opened: " + credentials.what(),
            name(),
            failure);
      }
      if (failure.getCause() == null || Pools.inUse(source) >= Pools.capacity(source)) {
        throw new PoolExhaustion(owner, source, leasesOf(source)).explain(failure);
      }
      throw failure;
    }
  }

  /** The connections of {@code source} that are lent at this moment. */
  @SuppressWarnings("ReferenceEquality") // the same pool, not an equal one
  private List<Lease> leasesOf(DataSource source) {
    return leases.stream()
        .filter(lease -> connections.shared() || lease.hasTurn() == (source == writers))
        .toList();
  }

  void returned(Lease lease) {
    leases.remove(lease);
  }

  /** Runs {@code work} without a transaction, each statement by itself. */
  public <R extends @Nullable Object> R read(SqlFunction<Connection, R> work) throws SQLException {
    try (Lease lease = lease(Access.READ)) {
      return work.apply(lease.connection());
    }
  }

  /** Runs {@code work} in one transaction that writes nothing and sees one moment. */
  public <R extends @Nullable Object> R snapshot(SqlFunction<Connection, R> work)
      throws SQLException {
    try (Lease lease = lease(Access.READ)) {
      return Transactions.call(
          lease, new TransactionMode(IsolationLevel.REPEATABLE_READ, true), work);
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
    connections.close();
    SqliteProcesses announced = processes;
    if (announced != null) {
      processes = null;
      announced.close();
    }
  }

  /** Tells other processes on an SQLite file of this one, until it is closed; warns of them. */
  public void announce() {
    if (identity instanceof DatabaseIdentity.SqliteFile file) {
      processes = SqliteProcesses.join(file.realPath());
    }
  }

  /** The processes that have {@link #announce announced} themselves and are alive. */
  public List<String> users() {
    return identity instanceof DatabaseIdentity.SqliteFile file
        ? SqliteProcesses.present(file.realPath())
        : List.of();
  }

  /** How many connections are lent at this moment, for a pool of ours; otherwise 0. */
  public int connectionsInUse() {
    return connections.owned()
        ? Pools.inUse(writers) + (connections.shared() ? 0 : Pools.inUse(readers))
        : 0;
  }

  /** The connections of its pools, as far as they say. */
  public List<PoolUse> pools() {
    List<PoolUse> pools = new ArrayList<>();
    Pools.use(owner.name(), writers).ifPresent(pools::add);
    if (!connections.shared()) {
      Pools.use(owner.name() + " readers", readers).ifPresent(pools::add);
    }
    return pools;
  }

  /** The most connections it opens; 0 when a data source of the application does not say. */
  public int capacity() {
    return Pools.capacity(writers) + (connections.shared() ? 0 : Pools.capacity(readers));
  }
}
