package dev.dbos.internal.sql;

import java.nio.file.Path;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * Lets one writer at a time into an SQLite file, first come first served, across everything in this
 * process: the system database and any number of datasources on the same file.
 *
 * <p>SQLite has one write lock per file. Left to itself, it makes a second writer poll inside
 * native code, which pins the carrier of a virtual thread: with as many waiters as carriers the
 * holder of the lock can no longer run and all of them fail with {@code SQLITE_BUSY}. So writers
 * queue here, in Java, before the native call; {@code busy_timeout} is left for other processes.
 */
public final class WriteGate {
  private static final ConcurrentMap<Path, WriteGate> BY_FILE = new ConcurrentHashMap<>();

  private final Semaphore permit = new Semaphore(1, true);
  private volatile @Nullable Thread holder;

  WriteGate() {}

  /** The gate of the file at {@code realPath}; one for the life of the process. */
  static WriteGate of(Path realPath) {
    return BY_FILE.computeIfAbsent(realPath, path -> new WriteGate());
  }

  /** Waits for the gate, however long that takes and whether or not the thread is interrupted. */
  @SuppressWarnings("ReferenceEquality") // a thread is equal to itself only
  void enter() {
    if (holder == Thread.currentThread()) {
      throw new IllegalStateException(
          "This thread is inside a write transaction on the same SQLite file and would wait for "
              + "itself. Do this before or after the transaction.");
    }
    permit.acquireUninterruptibly();
    holder = Thread.currentThread();
  }

  /** Lets the next writer in. */
  void leave() {
    holder = null;
    permit.release();
  }
}
