package dev.dbos.internal.journal;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * Everything the engine writes for running workflows, through one door per system database: one
 * batch at a time. A second one in flight was measured to gain nothing, since both wait for the
 * same log.
 */
public final class Journal implements AutoCloseable {
  private final String name;
  private final PatientWriter writer;
  private final CheckpointQueue queue;

  Journal(String name, BatchWriter writer) {
    this(name, writer, Observers.NONE);
  }

  private Journal(String name, BatchWriter writer, Observers observers) {
    this.name = name;
    this.writer = new PatientWriter(writer, name, observers);
    this.queue = new CheckpointQueue(this.writer, "dbos " + name + " journal");
  }

  /**
   * The journal of the system database, which tells {@code observers} of each batch.
   *
   * @param layout where inputs and outcomes are when a batch is written
   */
  public static Journal open(
      Database database, String schema, Supplier<PayloadLayout> layout, Observers observers) {
    BatchWriter writer =
        switch (database.dialect()) {
          case Dialect.Postgres postgres -> new PostgresBatchWriter(database, schema, layout);
          case Dialect.Sqlite sqlite -> new SqliteBatchWriter(database, schema);
        };
    return new Journal(database.name(), writer, observers);
  }

  /**
   * Writes {@code checkpoint} and returns once it is durable.
   *
   * @throws DbosClosedException when the journal was closed before
   * @throws DatabaseUnavailableException when the database refused this very checkpoint
   */
  public void write(Checkpoint checkpoint) {
    queue.write(checkpoint);
    Throwable failure = checkpoint.failure();
    if (failure instanceof DbosClosedException) {
      throw PatientWriter.closed();
    }
    if (failure != null) {
      throw new DatabaseUnavailableException(
          "The system database did not take a checkpoint: " + failure.getMessage(), name, failure);
    }
  }

  /** Writes {@code checkpoint} before anything that is written after it, without waiting. */
  public void writeLater(Checkpoint checkpoint) {
    queue.writeLater(checkpoint);
  }

  /**
   * Returns once everything handed in before is durable, or refused by the database.
   *
   * @throws DbosClosedException when the journal was closed before
   */
  public void flush() {
    write(Checkpoint.barrier());
  }

  /** How many checkpoints wait. */
  public int backlog() {
    return queue.backlog();
  }

  /**
   * Waits while the database is away, unless it is waited for no longer. An interrupt must neither
   * end the wait nor, on a virtual thread, close the next connection; it is kept for later.
   */
  public void pause(Duration duration) {
    writer.pause(duration);
  }

  /**
   * Waits for a database that is away only for {@code patience} more: what cannot be written by
   * then fails as closed.
   */
  public void abandonAfter(Duration patience) {
    writer.abandonAfter(patience);
  }

  /** Refuses everything from now on, and writes what waits. */
  @Override
  public void close() {
    queue.close();
  }
}
