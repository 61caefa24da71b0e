package dev.dbos.internal.watch;

import java.time.Duration;

/** How often what somebody waits for is looked at: soon at first, then with doubling pauses. */
enum Pace {
  /** Nobody else tells us. */
  POLLING(Duration.ofMillis(10), Duration.ofSeconds(1), Duration.ofSeconds(1)),
  /** We are told, and only make sure. */
  LISTENING(Duration.ofSeconds(1), Duration.ofSeconds(5), Duration.ofSeconds(5)),
  /** A cheap question says whether anything has changed at all. */
  PROBING(Duration.ofMillis(5), Duration.ofMillis(5), Duration.ofMillis(50));

  private final Duration first;
  private final Duration last;
  private final Duration runs;

  Pace(Duration first, Duration last, Duration runs) {
    this.first = first;
    this.last = last;
    this.runs = runs;
  }

  /** How long after it was opened a watch is looked at first. */
  long firstNanos() {
    return first.toNanos();
  }

  /** The longest pause between two looks at a watch. */
  long lastNanos() {
    return last.toNanos();
  }

  /** The pause between two looks at the rows of this process's runs. */
  long runsNanos() {
    return runs.toNanos();
  }
}
