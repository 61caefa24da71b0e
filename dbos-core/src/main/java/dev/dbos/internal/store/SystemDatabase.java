package dev.dbos.internal.store;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.observe.PoolUse;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/** The system database with jOOQ on top. */
public final class SystemDatabase implements AutoCloseable {
  private static final int MAX_ATTEMPTS = 10;

  private final Supplier<Database> opening;
  private final String schema;
  private volatile @Nullable Opened opened;
  private volatile @Nullable Template template;
  private volatile boolean closed;

  private record Opened(Database database) {}

  /** What contexts are made of, and where inputs and outcomes were when it was made. */
  private record Template(DSLContext dsl, PayloadLayout layout) {}

  /** Uses {@code database}, whose system tables are in {@code schema}. */
  public SystemDatabase(Database database, String schema) {
    this(() -> database, schema);
  }

  /**
   * Opens the database when it is used first, and again the next time when that fails.
   *
   * @param opening opens it and sees to it that its system tables are there
   */
  public SystemDatabase(Supplier<Database> opening, String schema) {
    this.opening = opening;
    this.schema = schema;
  }

  private Opened opened() {
    Opened known = opened;
    return known == null || closed ? open() : known;
  }

  private synchronized Opened open() {
    if (closed) {
      throw new DbosClosedException(
          "The connection to the system database has been closed. Open another.");
    }
    Opened known = opened;
    if (known == null) {
      Database database = opening.get();
      known = new Opened(database);
      opened = known;
    }
    return known;
  }

  /** The database underneath. */
  public Database database() {
    return opened().database();
  }

  /** Where the system tables are; not used on SQLite. */
  public String schema() {
    return schema;
  }

  /** The connections of its pools; none before it is opened. */
  public List<PoolUse> pools() {
    Opened known = opened;
    return known == null ? List.of() : known.database().pools();
  }

  /** Closes the database if it was opened; it is not opened again. */
  @Override
  public synchronized void close() {
    closed = true;
    if (opened != null) {
      opened.database().close();
    }
  }

  /** Runs queries, each by itself, again when a concurrent transaction was in the way. */
  public <R extends @Nullable Object> R read(Function<DSLContext, R> queries) {
    return repeated("read", () -> database().read(connection -> queries.apply(on(connection))));
  }

  /** Runs queries that all see what was there at one moment. */
  public <R extends @Nullable Object> R snapshot(Function<DSLContext, R> queries) {
    return repeated("read", () -> database().snapshot(connection -> queries.apply(on(connection))));
  }

  /**
   * Like {@link #read}, for inputs and outcomes: when something is missing from what was read, it
   * is looked for again where another implementation may have put it since.
   */
  public <R extends @Nullable Object> R readPayloads(
      Function<DSLContext, R> queries, Predicate<R> lacking) {
    R found = read(queries);
    return lacking.test(found) && payloadsHaveMoved() ? read(queries) : found;
  }

  /** Like {@link #read}, giving up on a server that does not answer in time. */
  public <R extends @Nullable Object> R readWithin(
      Duration patience, Function<DSLContext, R> queries) {
    return repeated(
        "read", () -> database().readWithin(patience, connection -> queries.apply(on(connection))));
  }

  /** Runs statements in one transaction, again when a concurrent one was in the way. */
  public <R extends @Nullable Object> R write(Function<DSLContext, R> statements) {
    return repeated(
        "written", () -> database().write(connection -> statements.apply(on(connection))));
  }

  /** Runs one statement that writes, without the exchange that a COMMIT of its own would be. */
  public <R extends @Nullable Object> R writeOne(Function<DSLContext, R> statement) {
    return switch (database().dialect()) {
      case Dialect.Postgres postgres ->
          repeated("written", () -> database().read(connection -> statement.apply(on(connection))));
      case Dialect.Sqlite sqlite -> write(statement);
    };
  }

  /**
   * Runs statements, each of which commits by itself, giving up on a server that does not answer in
   * time: a process that is paused in between holds no lock. On SQLite they are one transaction.
   */
  public <R extends @Nullable Object> R writeAlone(
      Duration patience, Function<DSLContext, R> statements) {
    return database().dialect() instanceof Dialect.Sqlite
        ? write(statements)
        : readWithin(patience, statements);
  }

  /** Something that asks the database. */
  @FunctionalInterface
  private interface Exchange<R extends @Nullable Object> {
    R run() throws SQLException;
  }

  private <R extends @Nullable Object> R repeated(String what, Exchange<R> exchange) {
    Backoff backoff = Backoff.forConflicts(ThreadLocalRandom.current());
    for (int attempt = 1; ; attempt++) {
      try {
        return exchange.run();
      } catch (SQLException | DataAccessException failure) {
        if (SqlFailure.of(failure) != SqlFailure.CONFLICT || attempt == MAX_ATTEMPTS) {
          throw explained(what, failure);
        }
        LockSupport.parkNanos(this, backoff.after(attempt).toNanos());
      }
    }
  }

  /** An outage is told from whatever else went wrong: there it helps to try again. */
  private RuntimeException explained(String what, Exception failure) {
    String problem = "The " + database().name() + " could not be " + what;
    SQLException sql = SqlFailure.sqlException(failure);
    return sql != null && SqlFailure.of(failure).isOutage()
        ? new DatabaseUnavailableException(
            problem + ": " + sql.getMessage() + ". Try again when it works again.",
            database().name(),
            failure)
        : new DataAccessException(problem, failure);
  }

  /** Where inputs and outcomes are, as far as it is known. */
  public PayloadLayout payloadLayout() {
    Template known = template;
    return known == null ? PayloadLayout.IN_ROWS : known.layout();
  }

  /**
   * Looks whether another implementation has brought the tables to a version that keeps inputs and
   * outcomes apart, which it may do while this process runs.
   *
   * @return whether it was found now
   */
  public boolean payloadsHaveMoved() {
    if (payloadLayout() == PayloadLayout.IN_TABLES) {
      return false;
    }
    repeated("read", () -> database().read(this::look));
    return payloadLayout() == PayloadLayout.IN_TABLES;
  }

  private Template look(Connection connection) throws SQLException {
    Dialect dialect = database().dialect();
    PayloadLayout layout = SystemSchema.payloadLayout(connection, dialect, schema);
    Template made = new Template(SystemDsl.of(dialect, schema), layout);
    PayloadStore.tell(made.dsl().configuration(), layout);
    template = made;
    return made;
  }

  /** Statements on somebody else's connection to this very database, in their transaction. */
  public DSLContext within(Connection connection) throws SQLException {
    return on(connection);
  }

  private DSLContext on(Connection connection) throws SQLException {
    Template known = template;
    Template made = known == null ? look(connection) : known;
    return DSL.using(made.dsl().configuration().derive(new DefaultConnectionProvider(connection)));
  }
}
