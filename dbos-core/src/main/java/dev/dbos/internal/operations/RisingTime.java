package dev.dbos.internal.operations;

import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Times of which this process uses each but once, so that what it writes one after the other keeps
 * its order where rows are sorted by time. Ahead of the clock when more than a thousand are asked
 * for in a second.
 */
public final class RisingTime {
  private final InstantSource clock;
  private final AtomicLong last = new AtomicLong();

  RisingTime(InstantSource clock) {
    this.clock = clock;
  }

  /**
   * A time after all before it, epoch ms; the {@code count - 1} behind it are the caller's, too.
   */
  public long next(int count) {
    long now = clock.millis();
    return last.updateAndGet(before -> Math.max(now, before + 1) + count - 1) - count + 1;
  }
}
