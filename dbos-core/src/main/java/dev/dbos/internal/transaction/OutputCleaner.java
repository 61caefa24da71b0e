package dev.dbos.internal.transaction;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.SqlFailure;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes output rows that the system database has taken over, many at a time and in nobody's way.
 * A row that is not deleted, because the process died or the queue was full, does no harm: it is
 * never looked at again, and the sweep at the next launch finds it.
 */
final class OutputCleaner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputCleaner.class);
  private static final int CAPACITY = 10_000;
  private static final int BATCH = 500;
  private static final long GATHER_MILLIS = 200;

  private final Database database;
  private final DatasourceOutcomes table;
  private final LinkedBlockingQueue<OutputRow> done = new LinkedBlockingQueue<>(CAPACITY);
  private final Object lifecycle = new Object();
  private @Nullable Thread worker;
  private volatile boolean closed;

  OutputCleaner(Database database, DatasourceOutcomes table) {
    this.database = database;
    this.table = table;
  }

  /** Deletes {@code row} some time soon. */
  void add(OutputRow row) {
    if (closed) {
      return;
    }
    done.offer(row);
    if (worker == null) {
      start();
    }
  }

  private void start() {
    synchronized (lifecycle) {
      if (worker == null && !closed) {
        Thread thread = new Thread(this::work, "dbos " + database.name() + " output cleaner");
        thread.setDaemon(true);
        worker = thread;
        thread.start();
      }
    }
  }

  /** Only {@link #close} interrupts, to end a wait; what was gathered by then is deleted first. */
  private void work() {
    while (!closed) {
      List<OutputRow> batch = new ArrayList<>();
      try {
        gather(batch);
      } catch (InterruptedException closing) {
        LOG.trace("Gathering ended by close", closing);
      }
      if (!batch.isEmpty()) {
        delete(batch);
      }
    }
  }

  private void gather(List<OutputRow> batch) throws InterruptedException {
    OutputRow next = done.poll(1, TimeUnit.MINUTES);
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(GATHER_MILLIS);
    while (next != null) {
      batch.add(next);
      next =
          batch.size() < BATCH
              ? done.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)
              : null;
    }
  }

  void delete(List<OutputRow> rows) {
    try {
      database.write(
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(table.delete())) {
              for (OutputRow row : rows) {
                statement.setString(1, row.workflowId());
                statement.setInt(2, row.stepId());
                statement.setLong(3, row.incarnation());
                statement.addBatch();
              }
              return statement.executeBatch().length;
            }
          });
    } catch (SQLException | DatabaseUnavailableException failure) {
      LOG.debug(
          "Could not delete {} output rows of datasource {} ({}); the next launch does",
          rows.size(),
          database.name(),
          SqlFailure.of(failure),
          failure);
    }
  }

  /**
   * Deletes everything of workflows that have been deleted themselves. What is left because the
   * database is away is never taken for a result: its incarnation tells.
   *
   * @return whether nothing is left
   */
  boolean forget(Collection<DeletedWorkflow> workflows) {
    try {
      database.write(
          connection -> {
            try (PreparedStatement statement = connection.prepareStatement(table.forget())) {
              for (DeletedWorkflow workflow : workflows) {
                statement.setString(1, workflow.workflowId());
                statement.setLong(2, workflow.incarnation());
                statement.addBatch();
              }
              return statement.executeBatch().length;
            }
          });
      return true;
    } catch (SQLException | DatabaseUnavailableException failure) {
      LOG.warn(
          "Could not delete what datasource {} holds of {} deleted workflows",
          database.name(),
          workflows.size(),
          failure);
      return false;
    }
  }

  /** Deletes what is waiting and stops. */
  @Override
  public void close() {
    Thread running;
    synchronized (lifecycle) {
      closed = true;
      running = worker;
    }
    if (running == null) {
      return;
    }
    running.interrupt();
    join(running);
    List<OutputRow> rest = new ArrayList<>();
    done.drainTo(rest);
    if (!rest.isEmpty()) {
      delete(rest);
    }
  }

  private static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
