package dev.dbos.internal.journal;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.context.Observers;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.observe.Occurrence;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Everything the engine writes for running workflows, through one door per system database.
 *
 * <p>Invariant: at most one thread <em>leads</em> at a time. Whoever arrives while nobody leads
 * becomes the leader, takes all that waits (in the order of arrival), writes it in one commit and
 * wakes the others. So a lone caller writes by itself without a hand-off, and under load each
 * commit carries what queued up during the one before; there is no timer and no idle latency. A
 * leader whose own checkpoint is written passes the lead to the first waiting thread.
 *
 * <p>Checkpoints that nobody waits for ({@link #writeLater}) stay in the queue until the next
 * batch, which takes them along in order, or until the flusher leads for them after {@value
 * #LATEST_MILLIS} ms.
 *
 * <p>A batch that fails because the database is away is repeated until it is back or the journal is
 * closed; every write is idempotent, so a lost acknowledgement does no harm. A batch that fails for
 * another reason is written checkpoint by checkpoint, so that one that cannot be written fails
 * alone.
 *
 * <p>Locks: {@code lock} guards the queue and the lead and is never held while writing.
 */
public final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);

  /** The longest a checkpoint that nobody waits for stays unwritten. */
  static final long LATEST_MILLIS = 40;

  private static final int CAPACITY = 10_000;
  private static final int MAX_BATCH = 1_000;

  /** Of payloads, in characters: a server takes 1 GB at once, and memory has to hold it twice. */
  private static final long CAPACITY_LENGTH = 128L << 20;

  private static final long MAX_BATCH_LENGTH = 8L << 20;

  private final BatchWriter writer;
  private final String name;
  private final Observers observers;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition space = lock.newCondition();
  private final Condition flusherWork = lock.newCondition();
  private final Condition idle = lock.newCondition();
  private final ArrayDeque<Checkpoint> queue = new ArrayDeque<>();
  private long queueLength;
  private boolean leading;
  private boolean closed;
  private volatile @Nullable Long abandonAtNanos;
  private @Nullable Thread flusher;

  Journal(String name, BatchWriter writer) {
    this(name, writer, Observers.NONE);
  }

  private Journal(String name, BatchWriter writer, Observers observers) {
    this.name = name;
    this.writer = writer;
    this.observers = observers;
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
    if (enqueue(checkpoint) || checkpoint.awaitSettledOrLead()) {
      lead(checkpoint);
    }
    Throwable failure = checkpoint.failure();
    if (failure instanceof DbosClosedException) {
      throw closed();
    }
    if (failure != null) {
      throw new DatabaseUnavailableException(
          "The system database did not take a checkpoint: " + failure.getMessage(), name, failure);
    }
  }

  /** Writes {@code checkpoint} before anything that is written after it, without waiting. */
  public void writeLater(Checkpoint checkpoint) {
    lock.lock();
    try {
      admit(checkpoint);
      if (flusher == null) {
        flusher = startFlusher();
      }
      flusherWork.signal();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns once everything handed in before is durable, or refused by the database.
   *
   * @throws DbosClosedException when the journal was closed before
   */
  public void flush() {
    write(Checkpoint.barrier());
  }

  /** True when the caller is to lead. */
  private boolean enqueue(Checkpoint checkpoint) {
    lock.lock();
    try {
      admit(checkpoint);
      if (leading) {
        return false;
      }
      leading = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void admit(Checkpoint checkpoint) {
    while (isFull() && !closed) {
      if (leading) {
        space.awaitUninterruptibly();
      } else {
        leadForOthers();
      }
    }
    if (closed) {
      throw closed();
    }
    if (!observers.isEmpty()) {
      checkpoint.queued(System.nanoTime());
    }
    queue.add(checkpoint);
    queueLength += checkpoint.length();
  }

  private boolean isFull() {
    return queue.size() >= CAPACITY || queueLength >= CAPACITY_LENGTH;
  }

  /** Called with the lock held and nobody leading. */
  private void leadForOthers() {
    leading = true;
    lock.unlock();
    try {
      lead(null);
    } finally {
      lock.lock();
    }
  }

  /** Writes batches until {@code own} is settled, or for the flusher until nothing waits. */
  private void lead(@Nullable Checkpoint own) {
    boolean interrupted = false;
    try {
      while (true) {
        interrupted |= Thread.interrupted();
        List<Checkpoint> batch = takeBatch();
        if (!batch.isEmpty()) {
          write(batch);
        }
        if (passOn(own)) {
          return;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private List<Checkpoint> takeBatch() {
    lock.lock();
    try {
      List<Checkpoint> batch = new ArrayList<>(Math.min(queue.size(), MAX_BATCH));
      long length = 0;
      for (Checkpoint next = queue.peek(); next != null; next = queue.peek()) {
        length += next.length();
        boolean full = batch.size() == MAX_BATCH || length > MAX_BATCH_LENGTH;
        if (full && !batch.isEmpty()) {
          break;
        }
        batch.add(queue.remove());
        queueLength -= next.length();
      }
      space.signalAll();
      return batch;
    } finally {
      lock.unlock();
    }
  }

  /** Gives up the lead when there is no reason to keep it; true when it was given up. */
  private boolean passOn(@Nullable Checkpoint own) {
    lock.lock();
    try {
      if (own == null ? !queue.isEmpty() : !own.isSettled()) {
        return false;
      }
      for (Checkpoint next : queue) {
        if (next.isAwaited()) {
          next.promote();
          return true;
        }
      }
      leading = false;
      idle.signalAll();
      // What came in meanwhile and nobody waits for is the flusher's again.
      flusherWork.signal();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void write(List<Checkpoint> batch) {
    List<Checkpoint> rows = batch.stream().filter(checkpoint -> !checkpoint.isBarrier()).toList();
    if (!rows.isEmpty()) {
      writeRows(rows);
    }
    batch.stream().filter(Checkpoint::isBarrier).forEach(Checkpoint::written);
  }

  private void writeRows(List<Checkpoint> batch) {
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
        batch.forEach(checkpoint -> writeRows(List.of(checkpoint)));
      }
      return;
    }
    if (!observers.isEmpty()) {
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

  /** How many checkpoints wait. */
  public int backlog() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  /** Repeats until the database takes the batch or refuses it. */
  private void writePatiently(List<Checkpoint> batch) throws SQLException {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    Backoff conflicts = Backoff.forConflicts(ThreadLocalRandom.current());
    boolean interrupted = false;
    boolean told = false;
    try {
      for (int attempt = 1; ; attempt++) {
        try {
          writer.write(batch);
          if (told) {
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
          if (kind.isOutage() && !told) {
            told = true;
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
  public void pause(Duration duration) {
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

  private Thread startFlusher() {
    Thread thread = new Thread(this::flushForever, "dbos " + name + " journal");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private void flushForever() {
    lock.lock();
    try {
      while (!closed) {
        Checkpoint first = queue.peek();
        if (first == null) {
          flusherWork.await();
        } else {
          waitForOthersToTake(first);
        }
      }
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  /** Gives the next awaited checkpoint a chance to take this one along, then leads for it. */
  @SuppressWarnings("ReferenceEquality") // the same checkpoint
  private void waitForOthersToTake(Checkpoint first) throws InterruptedException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LATEST_MILLIS);
    while (!closed && queue.peek() == first) {
      long left = deadline - System.nanoTime();
      if (left > 0) {
        flusherWork.awaitNanos(left);
      } else if (leading) {
        // Signalled when the lead is given up.
        flusherWork.await();
      } else {
        leadForOthers();
      }
    }
  }

  private static DbosClosedException closed() {
    return new DbosClosedException(
        "This DBOS is closed. Workflows that had not ended stay PENDING and go on at the next"
            + " launch.");
  }

  /**
   * Waits for a database that is away only for {@code patience} more: what cannot be written by
   * then fails as closed.
   */
  public void abandonAfter(Duration patience) {
    // A second call does not prolong it.
    if (abandonAtNanos == null) {
      abandonAtNanos = System.nanoTime() + patience.toNanos();
    }
  }

  private boolean isAbandoned() {
    Long deadline = abandonAtNanos;
    return deadline != null && System.nanoTime() - deadline >= 0;
  }

  /** Refuses everything from now on, and writes what waits. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      space.signalAll();
      flusherWork.signalAll();
      while (!queue.isEmpty() || leading) {
        if (leading) {
          idle.awaitUninterruptibly();
        } else {
          leadForOthers();
        }
      }
    } finally {
      lock.unlock();
    }
  }
}
