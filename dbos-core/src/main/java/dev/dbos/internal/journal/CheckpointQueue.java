package dev.dbos.internal.journal;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A queue of checkpoints and the one thread that writes them.
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
 * <p>Locks: {@code lock} guards the queue and the lead and is never held while writing.
 */
final class CheckpointQueue {
  /** The longest a checkpoint that nobody waits for stays unwritten. */
  static final long LATEST_MILLIS = 40;

  private static final int CAPACITY = 10_000;
  private static final int MAX_BATCH = 1_000;

  /** Of payloads, in characters: a server takes 1 GB at once, and memory has to hold it twice. */
  private static final long CAPACITY_LENGTH = 128L << 20;

  private static final long MAX_BATCH_LENGTH = 8L << 20;

  private final PatientWriter writer;
  private final String threadName;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition space = lock.newCondition();
  private final Condition flusherWork = lock.newCondition();
  private final Condition idle = lock.newCondition();
  private final ArrayDeque<Checkpoint> queue = new ArrayDeque<>();
  private long queueLength;
  private boolean leading;
  private boolean closed;
  private @Nullable Thread flusher;

  /** The thread of that name writes what nobody waits for. */
  CheckpointQueue(PatientWriter writer, String threadName) {
    this.writer = writer;
    this.threadName = threadName;
  }

  /** Returns once {@code checkpoint} is settled. */
  void write(Checkpoint checkpoint) {
    if (enqueue(checkpoint) || checkpoint.awaitSettledOrLead()) {
      lead(checkpoint);
    }
  }

  /** Writes {@code checkpoint} before anything that is written after it, without waiting. */
  void writeLater(Checkpoint checkpoint) {
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
      throw PatientWriter.closed();
    }
    if (writer.isObserved()) {
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
    List<Checkpoint> rows = new ArrayList<>(batch.size());
    for (Checkpoint checkpoint : batch) {
      if (!checkpoint.isBarrier()) {
        rows.add(checkpoint);
      }
    }
    if (!rows.isEmpty()) {
      writer.write(rows);
    }
    for (Checkpoint checkpoint : batch) {
      if (checkpoint.isBarrier()) {
        checkpoint.written();
      }
    }
  }

  /** How many checkpoints wait. */
  int backlog() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  private Thread startFlusher() {
    Thread thread = new Thread(this::flushForever, threadName);
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

  /** Refuses everything from now on, and writes what waits. */
  void close() {
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
