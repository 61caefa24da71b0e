package dev.dbos.internal.store;

import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.SystemDsl;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jooq.impl.DefaultConnectionProvider;
import org.jspecify.annotations.Nullable;

/** The system database with jOOQ on top. */
public final class SystemDatabase {
  private static final int MAX_ATTEMPTS = 10;

  private final Database database;
  private final String schema;
  private final DSLContext template;

  /** Uses {@code database}, whose system tables are in {@code schema}. */
  public SystemDatabase(Database database, String schema) {
    this.database = database;
    this.schema = schema;
    this.template = SystemDsl.of(database.dialect(), schema);
  }

  /** The database underneath. */
  public Database database() {
    return database;
  }

  /** Where the system tables are; not used on SQLite. */
  public String schema() {
    return schema;
  }

  /** Runs queries, each by itself, again when a concurrent transaction was in the way. */
  public <R extends @Nullable Object> R read(Function<DSLContext, R> queries) {
    return repeated(
        "The system database could not be read",
        () -> database.read(connection -> queries.apply(on(connection))));
  }

  /** Like {@link #read}, giving up on a server that does not answer in time. */
  public <R extends @Nullable Object> R readWithin(
      Duration patience, Function<DSLContext, R> queries) {
    try {
      return database.readWithin(patience, connection -> queries.apply(on(connection)));
    } catch (SQLException failure) {
      throw new DataAccessException("The system database could not be read", failure);
    }
  }

  /** Runs statements in one transaction, again when a concurrent one was in the way. */
  public <R extends @Nullable Object> R write(Function<DSLContext, R> statements) {
    return repeated(
        "The system database could not be written",
        () -> database.write(connection -> statements.apply(on(connection))));
  }

  /** Something that asks the database. */
  @FunctionalInterface
  private interface Exchange<R extends @Nullable Object> {
    R run() throws SQLException;
  }

  private <R extends @Nullable Object> R repeated(String message, Exchange<R> exchange) {
    Backoff backoff = Backoff.forConflicts(ThreadLocalRandom.current());
    for (int attempt = 1; ; attempt++) {
      try {
        return exchange.run();
      } catch (SQLException | DataAccessException failure) {
        if (SqlFailure.of(failure) != SqlFailure.CONFLICT || attempt == MAX_ATTEMPTS) {
          throw new DataAccessException(message, failure);
        }
        LockSupport.parkNanos(this, backoff.after(attempt).toNanos());
      }
    }
  }

  private DSLContext on(Connection connection) {
    return DSL.using(template.configuration().derive(new DefaultConnectionProvider(connection)));
  }
}
