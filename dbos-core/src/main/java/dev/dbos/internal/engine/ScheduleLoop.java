package dev.dbos.internal.engine;

import dev.dbos.internal.sql.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has schedules fired: one thread, which looks at the next tick of all of them, when it is {@link
 * #signal told} that some changed, and every few seconds for what others have changed.
 */
final class ScheduleLoop implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ScheduleLoop.class);

  /** Between two looks at schedules that others may have changed; times 0.5 to 1. */
  private static final Duration LOOK = Duration.ofSeconds(6);

  private static final int CLOSE_SECONDS = 5;

  private final Engine engine;
  private final ScheduleFiring firing;
  private final Object signal = new Object();
  private boolean signalled;
  private boolean closed;
  private volatile boolean failing;
  private @Nullable Thread thread;

  ScheduleLoop(Engine engine) {
    this.engine = engine;
    this.firing = new ScheduleFiring(engine);
  }

  void start() {
    synchronized (signal) {
      thread = new Thread(this::work, "dbos schedules");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Schedules have changed. */
  void signal() {
    synchronized (signal) {
      signalled = true;
      signal.notifyAll();
    }
  }

  /** Whether the last look failed, so that ticks may be late. */
  boolean isFailing() {
    return failing;
  }

  private void work() {
    Backoff outages = Backoff.forOutages(ThreadLocalRandom.current());
    Backoff idle = new Backoff(LOOK, 1, LOOK, ThreadLocalRandom.current());
    int failures = 0;
    Optional<Instant> next = Optional.empty();
    Duration longest = Duration.ZERO;
    while (waitUnlessClosed(next, longest)) {
      try {
        next = firing.round();
        longest = idle.after(1);
        if (failures > 0) {
          LOG.info("Schedules are looked at again");
        }
        failures = 0;
      } catch (RuntimeException failure) {
        if (failures++ == 0) {
          LOG.warn("Cannot look at the schedules; their ticks are late. Trying on", failure);
        }
        next = Optional.empty();
        longest = outages.after(failures);
      }
      failing = failures > 0;
    }
  }

  /** Until {@code next}, but no longer than {@code longest}. */
  private boolean waitUnlessClosed(Optional<Instant> next, Duration longest) {
    InstantSource clock = engine.settings().clock();
    long deadline = System.nanoTime() + longest.toNanos();
    synchronized (signal) {
      while (!signalled && !closed) {
        Duration rest = Duration.ofNanos(deadline - System.nanoTime());
        if (next.isPresent()) {
          Duration untilTick = Duration.between(clock.instant(), next.get());
          rest = rest.compareTo(untilTick) < 0 ? rest : untilTick;
        }
        if (!rest.isPositive()) {
          break;
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(signal, Math.max(1, look(clock, rest).toNanos()));
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
      }
      signalled = false;
      return !closed;
    }
  }

  private static Duration look(InstantSource clock, Duration rest) {
    Duration look = SystemClock.look(clock, rest);
    // Waits are in whole milliseconds, and one that ends too soon is followed by many.
    return look.plusNanos(999_999).truncatedTo(java.time.temporal.ChronoUnit.MILLIS);
  }

  /** Fires nothing more. */
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
