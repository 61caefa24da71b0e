package dev.dbos;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.TransactionCallable;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.datasource.spi.DatasourceEngine;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.outbox.Outboxes;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Pools;
import java.sql.Connection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The one datasource that belongs to a runtime. It is opened when it is first asked for. */
final class ApplicationDatabase implements AutoCloseable {
  private static final Pools.Owner OWNER =
      new Pools.Owner(
          "application database",
          "applicationDatabasePool(PoolOptions.DEFAULT.withMaximumSize(...)) of the DBOS builder");

  private final Database system;
  private final String schema;
  private final DatabaseUrl url;
  private final PoolSetup pool;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable Outboxes outboxes;
  private @Nullable Face opened;
  private boolean closed;

  ApplicationDatabase(Database system, String schema, DatabaseUrl url, PoolSetup pool) {
    this.system = system;
    this.schema = schema;
    this.url = url;
    this.pool = pool;
  }

  /** Lets its transactions ask something of the system database. */
  void join(Outboxes asked) {
    lock.lock();
    try {
      outboxes = asked;
      if (opened != null) {
        asked.join(opened.engine.transactions());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * The datasource.
   *
   * @throws DbosClosedException when the runtime is closed
   * @throws dev.dbos.error.DatabaseUnavailableException when it has to be opened and cannot be
   */
  Face datasource() {
    lock.lock();
    try {
      if (closed) {
        throw new DbosClosedException(
            "This DBOS is closed, and its application datasource with it.");
      }
      if (opened == null) {
        opened = new Face(DatasourceEngine.beside(system, OWNER, url, pool, schema));
        if (outboxes != null) {
          outboxes.join(opened.engine.transactions());
        }
      }
      return opened;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      if (opened != null) {
        opened.engine.close();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What the application sees of it. */
  static final class Face implements Datasource<Connection> {
    private final DatasourceEngine engine;

    private Face(DatasourceEngine engine) {
      this.engine = engine;
    }

    @Override
    public <R extends @Nullable Object, X extends Exception> R callTransaction(
        String name, TransactionOptions options, TransactionCallable<Connection, R, X> body)
        throws X {
      return engine.<R, X>call(name, options, body);
    }

    @Override
    public <R extends @Nullable Object, X extends Exception>
        CompletableFuture<R> callTransactionAsync(
            String name, TransactionOptions options, TransactionCallable<Connection, R, X> body) {
      return engine.<R, X>callAsync(name, options, body);
    }

    @Override
    public String name() {
      return engine.name();
    }

    @Override
    public Optional<DatabaseUrl> databaseUrl() {
      return engine.url();
    }

    @Override
    public <W> Optional<W> unwrap(Class<W> type) {
      return engine.unwrap(type);
    }

    /** Does nothing: it is closed with the runtime that opened it. */
    @Override
    public void close() {}

    @Override
    public String toString() {
      return "datasource " + name();
    }
  }
}
