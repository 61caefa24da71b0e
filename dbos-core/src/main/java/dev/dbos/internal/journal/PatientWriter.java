package dev.dbos.internal.journal;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.observe.Occurrence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches whatever happens, and settles their checkpoints.
 *
 * <p>A batch that fails because the database is away is repeated until it is back or the journal is
 * given up; every write is idempotent, so a lost acknowledgement does no harm. A batch that fails
 * for another reason is written checkpoint by checkpoint, so that one that cannot be written fails
 * alone.
 */
final class PatientWriter {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  private final BatchWriter writer;
  private final String name;
  private final Observers observers;
  private final AtomicBoolean told = new AtomicBoolean();
  private volatile @Nullable Long abandonAtNanos;

  PatientWriter(BatchWriter writer, String name, Observers observers) {
    this.writer = writer;
    this.name = name;
    this.observers = observers;
  }

  /** Whether anybody wants to know how long checkpoints wait. */
  boolean isObserved() {
    return !observers.isEmpty();
  }

  /** Settles each of {@code batch}. */
  void write(List<Checkpoint> batch) {
    long begunAt = System.nanoTime();
    try {
      writePatiently(batch);
    } catch (DbosClosedException gaveUp) {
      batch.forEach(checkpoint -> checkpoint.failed(gaveUp));
      return;
    } catch (Throwable refused) {
      // Whatever it is, nobody may be left waiting for it.
      if (batch.size() == 1) {
        batch.getFirst().failed(refused);
      } else {
        batch.forEach(checkpoint -> write(List.of(checkpoint)));
      }
      return;
    }
    if (isObserved()) {
      tell(batch, System.nanoTime() - begunAt);
    }
    batch.forEach(Checkpoint::written);
  }

  /** The first of a batch is the one that waited longest. */
  private void tell(List<Checkpoint> batch, long durationNanos) {
    long lag = System.nanoTime() - batch.getFirst().queuedAtNanos();
    observers.happened(
        new Occurrence.JournalWritten(
            batch.size(), Duration.ofNanos(durationNanos), Duration.ofNanos(lag)));
  }

  /** Repeats until the database takes the batch or refuses it. */
  private void writePatiently(List<Checkpoint> batch) throws SQLException {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    Backoff conflicts = Backoff.forConflicts(ThreadLocalRandom.current());
    boolean interrupted = false;
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          writer.write(batch);
          if (told.compareAndSet(true, false)) {
            LOG.info("The {} takes checkpoints again", name);
          }
          return;
        } catch (SQLException | DatabaseUnavailableException failure) {
          SqlFailure kind = SqlFailure.of(failure);
          if (!kind.isRetryable()) {
            throw failure;
          }
          if (isAbandoned()) {
            throw closed();
          }
          if (kind.isOutage() && told.compareAndSet(false, true)) {
            LOG.warn("The {} takes no checkpoints; workflows wait until it does", name, failure);
          }
          pause((kind.isOutage() ? outages : conflicts).after(attempt));
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /**
   * Waits while the database is away, unless it is waited for no longer. An interrupt must neither
   * end the wait nor, on a virtual thread, close the next connection; it is kept for later.
   */
  void pause(Duration duration) {
    boolean interrupted = false;
    long deadline = System.nanoTime() + duration.toNanos();
    for (long left = duration.toNanos();
        left > 0 && !isAbandoned();
        left = deadline - System.nanoTime()) {
      LockSupport.parkNanos(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
      interrupted |= Thread.interrupted();
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Waits for a database that is away only for {@code patience} more: what cannot be written by
   * then fails as closed.
   */
  void abandonAfter(Duration patience) {
    // A second call does not prolong it.
    if (abandonAtNanos == null) {
      abandonAtNanos = System.nanoTime() + patience.toNanos();
    }
  }

  private boolean isAbandoned() {
    Long deadline = abandonAtNanos;
    return deadline != null && System.nanoTime() - deadline >= 0;
  }

  /** What they are told who come too late. */
  static DbosClosedException closed() {
    return new DbosClosedException(
        "This DBOS is closed. Workflows that had not ended stay PENDING and go on at the next"
            + " launch.");
  }
}
