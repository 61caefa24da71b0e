package dev.dbos.internal.engine;

import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.store.DelayStore;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets delayed workflows into their queues when they are due: one thread, which waits for the next
 * of them, and looks every second for what other processes have delayed. Every process does it; who
 * comes first does.
 */
final class Delays implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Delays.class);
  private static final Duration LONGEST = Duration.ofSeconds(1);
  private static final int CLOSE_SECONDS = 5;

  private final Engine engine;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private boolean signalled;
  private boolean closed;
  private @Nullable Thread thread;

  Delays(Engine engine) {
    this.engine = engine;
  }

  void start() {
    lock.lock();
    try {
      if (!closed) {
        thread = new Thread(this::work, "dbos delays");
        thread.setDaemon(true);
        thread.start();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Something has been delayed, or delayed otherwise. */
  void signal() {
    lock.lock();
    try {
      signalled = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void work() {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    int failures = 0;
    Duration pause = Duration.ZERO;
    while (pauseUnlessClosed(pause)) {
      try {
        pause = look();
        failures = 0;
      } catch (RuntimeException failure) {
        if (failures++ == 0) {
          LOG.warn("Cannot see which delayed workflows are due; trying on", failure);
        }
        pause = outages.after(failures);
      }
    }
  }

  /** How long to wait before the next look. */
  private Duration look() {
    EngineSettings settings = engine.settings();
    Optional<Long> left =
        engine
            .systemDatabase()
            .read(dsl -> DelayStore.untilNext(dsl, settings.applicationName(), settings.clock()));
    if (left.isEmpty()) {
      return LONGEST;
    }
    if (left.get() > 0) {
      Duration rest = SystemClock.look(settings.clock(), Duration.ofMillis(left.get()));
      return rest.compareTo(LONGEST) < 0 ? rest : LONGEST;
    }
    long now = settings.clock().millis();
    Set<String> queues =
        engine
            .systemDatabase()
            .write(
                dsl -> DelayStore.release(dsl, settings.applicationName(), settings.clock(), now));
    queues.forEach(engine.access()::enqueued);
    return Duration.ZERO;
  }

  private boolean pauseUnlessClosed(Duration pause) {
    long left = pause.toNanos();
    lock.lock();
    try {
      while (left > 0 && !signalled && !closed) {
        left = changed.awaitNanos(left);
      }
      signalled = false;
      return !closed;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    Thread working;
    lock.lock();
    try {
      closed = true;
      working = thread;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    if (working != null) {
      try {
        working.join(Duration.ofSeconds(CLOSE_SECONDS));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
