package dev.dbos.chaos;

import java.time.Instant;
import java.time.InstantSource;

/** A clock that is wrong by as much as the driver says. */
final class ShiftedClock implements InstantSource {
  private volatile long offsetMillis;

  ShiftedClock(long offsetMillis) {
    this.offsetMillis = offsetMillis;
  }

  void shift(long millis) {
    offsetMillis = millis;
  }

  @Override
  public Instant instant() {
    return Instant.now().plusMillis(offsetMillis);
  }
}
