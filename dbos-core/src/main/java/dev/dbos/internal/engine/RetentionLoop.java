package dev.dbos.internal.engine;

import dev.dbos.internal.operations.Retiring;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.DutyStore;
import dev.dbos.internal.store.DutyStore.Duty;
import dev.dbos.workflow.Retention;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes finished workflows of the application from time to time, on one thread of one process at
 * a time: whoever has the duty keeps it until the next round, by renewing it before each batch, and
 * leaves it when it closes. When it dies another one takes it after the interval.
 */
final class RetentionLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RetentionLoop.class);
  private static final Duration LEAST = Duration.ofMinutes(1);
  private static final int CLOSE_SECONDS = 5;

  private final SystemAccess access;
  private final Retention retention;
  private final Retiring retiring;
  private final Duty duty;
  private final Object signal = new Object();
  private boolean closed;
  private @Nullable Thread thread;

  RetentionLoop(SystemAccess access, Retention retention) {
    this.access = access;
    this.retention = retention;
    this.retiring = new Retiring(access);
    Duration interval = retention.interval();
    this.duty =
        new Duty(
            "retention of " + Objects.requireNonNull(access.applicationName()),
            UUID.randomUUID().toString(),
            interval.compareTo(LEAST) < 0 ? LEAST : interval);
  }

  /** Looks now and then after each interval, in the background. */
  void start() {
    synchronized (signal) {
      thread = new Thread(this::work, "dbos retention");
      thread.setDaemon(true);
      thread.start();
    }
  }

  private void work() {
    boolean failing = false;
    do {
      try {
        round();
        failing = false;
      } catch (RuntimeException failure) {
        if (!failing) {
          LOG.warn("Finished workflows could not be deleted; trying again later", failure);
        }
        failing = true;
      }
    } while (waitUnlessClosed());
    leave();
  }

  private void round() {
    if (hasDuty()) {
      long deleted = retiring.deleteFinished(retention, this::hasDuty);
      if (deleted > 0) {
        LOG.info("Deleted {} finished workflows", deleted);
      }
    }
  }

  private boolean hasDuty() {
    return !isClosed()
        && access.systemDatabase().write(dsl -> DutyStore.take(dsl, duty, access.clock().millis()));
  }

  private void leave() {
    try {
      access
          .systemDatabase()
          .write(
              dsl -> {
                DutyStore.leave(dsl, duty);
                return true;
              });
    } catch (RuntimeException away) {
      LOG.debug("The duty to delete finished workflows ends by itself", away);
    }
  }

  private boolean isClosed() {
    synchronized (signal) {
      return closed;
    }
  }

  private boolean waitUnlessClosed() {
    long deadline = System.nanoTime() + retention.interval().toNanos();
    synchronized (signal) {
      for (long left = retention.interval().toMillis(); left > 0 && !closed; ) {
        try {
          signal.wait(left);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
        left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      }
      return !closed;
    }
  }

  /** Ends after the batch that is under way. */
  @Override
  public void close() {
    Thread working;
    synchronized (signal) {
      closed = true;
      working = thread;
      signal.notifyAll();
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
