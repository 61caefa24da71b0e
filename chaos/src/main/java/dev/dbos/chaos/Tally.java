package dev.dbos.chaos;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Counts what was done, keeps a diary of it, and says when it is enough. */
final class Tally {
  private final ChaosOptions options;
  private final long began = System.nanoTime();
  private final Map<Fault, Integer> counts = new EnumMap<>(Fault.class);
  private final List<String> diary = new ArrayList<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private int kills;
  private int others;

  Tally(ChaosOptions options) {
    this.options = options;
  }

  /** A fault has happened. */
  synchronized void count(Fault fault, String where) {
    counts.merge(fault, 1, Integer::sum);
    kills += fault.isKill() ? 1 : 0;
    others += fault.isKill() ? 0 : 1;
    note(fault + " " + where);
    if (isEnough()) {
      over.countDown();
    }
  }

  private boolean isEnough() {
    boolean counted = kills >= options.kills() && others >= options.faults();
    return counted && elapsed().compareTo(options.duration()) >= 0;
  }

  /** Whether there were more of the other faults than there are kills for. */
  synchronized boolean isAheadOfKills() {
    return (long) others * options.kills() > (long) kills * options.faults();
  }

  synchronized void note(String event) {
    diary.add(String.format(Locale.ROOT, "%9.3f s  %s", elapsed().toMillis() / 1000.0, event));
  }

  /** Waits, but not longer than there is chaos; false when it is over. */
  boolean pause(long millis) throws InterruptedException {
    return !over.await(millis, TimeUnit.MILLISECONDS);
  }

  boolean isOver() {
    return over.getCount() == 0;
  }

  /** Ends it, whatever was counted. */
  void end() {
    over.countDown();
  }

  /** Waits until it is enough, or the limit has passed. */
  boolean awaitEnough(Duration limit) throws InterruptedException {
    return over.await(limit.toMillis(), TimeUnit.MILLISECONDS);
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - began);
  }

  synchronized Map<Fault, Integer> counts() {
    return new EnumMap<>(counts);
  }

  synchronized List<String> diary() {
    return List.copyOf(diary);
  }
}
