package dev.dbos.internal.engine;

import dev.dbos.internal.sql.Rounds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Has schedules fired: one thread, which looks at them at the next tick of all, when it is {@link
 * #signal told} that some changed, and every few seconds for what others have changed.
 */
final class ScheduleLoop implements AutoCloseable {
  /** Between two looks at schedules that others may have changed; times 0.5 to 1. */
  private static final Duration LOOK = Duration.ofSeconds(6);

  private final Engine engine;
  private final ScheduleFiring firing;
  private final Rounds rounds = new Rounds("schedules", this::round);
  private final AtomicBoolean changed = new AtomicBoolean(true);
  private Optional<Instant> nextTick = Optional.empty();
  private long nextLookNanos;

  ScheduleLoop(Engine engine) {
    this.engine = engine;
    this.firing = new ScheduleFiring(engine);
  }

  void start() {
    rounds.start();
  }

  /** Schedules have changed. */
  void signal() {
    changed.set(true);
    rounds.signal();
  }

  /** Whether the last look failed, so that ticks are late. */
  boolean isFailing() {
    return rounds.isFailing();
  }

  /** Short where the clock is a test's, which has to be watched; then it does not always look. */
  private Duration round() {
    if (changed.getAndSet(false) || !untilLook().isPositive()) {
      look();
    }
    Duration rest = untilLook();
    return rest.isPositive() ? SystemClock.look(clock(), rest) : Duration.ZERO;
  }

  private void look() {
    boolean done = false;
    try {
      nextTick = firing.round();
      done = true;
    } finally {
      if (!done) {
        changed.set(true);
      }
    }
    double part = 0.5 + ThreadLocalRandom.current().nextDouble() / 2;
    nextLookNanos = System.nanoTime() + (long) (part * LOOK.toNanos());
  }

  private Duration untilLook() {
    Duration look = Duration.ofNanos(nextLookNanos - System.nanoTime());
    Duration tick = nextTick.map(at -> Duration.between(clock().instant(), at)).orElse(look);
    return tick.compareTo(look) < 0 ? tick : look;
  }

  private InstantSource clock() {
    return engine.settings().clock();
  }

  /** Fires nothing more. */
  void stop() {
    rounds.stop();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
