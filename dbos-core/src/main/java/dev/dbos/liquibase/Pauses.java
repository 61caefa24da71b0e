package dev.dbos.liquibase;

import java.time.Duration;

/** Growing pauses between attempts, from 10 to 500 milliseconds, bounded by their sum. */
final class Pauses {

  private static final Duration SHORTEST = Duration.ofMillis(10);
  private static final Duration LONGEST = Duration.ofMillis(500);

  private Duration left;
  private Duration pause = SHORTEST;

  Pauses(Duration bound) {
    this.left = bound;
  }

  /** Whether no pause has been made yet. */
  boolean first() {
    return pause.equals(SHORTEST);
  }

  /** Makes the next pause; false, at once, when the bound is reached. */
  boolean next() throws InterruptedException {
    if (!left.isPositive()) {
      return false;
    }
    Thread.sleep(shorter(pause, left));
    left = left.minus(pause);
    pause = shorter(pause.multipliedBy(2), LONGEST);
    return true;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
