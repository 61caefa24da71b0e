package dev.dbos.chaos;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/** Knows some kinds of faults and how to make them. */
interface Troublemaker {
  /** How much longer the pause before a fault is when there were more of them than kills. */
  long PAUSE_WHEN_AHEAD_MILLIS = 500;

  /** The kinds it knows; one that is there twice comes up twice as often. */
  List<Fault> kinds();

  /**
   * Makes a fault and ends it again.
   *
   * @return whether it came about
   */
  boolean make(Fault fault, SplittableRandom random) throws SQLException, InterruptedException;

  /** Makes one fault after the other. */
  static Runnable endless(
      Troublemaker maker, Set<Fault> without, Tally tally, SplittableRandom random, int pause) {
    List<Fault> kinds = maker.kinds().stream().filter(kind -> !without.contains(kind)).toList();
    return () -> {
      try {
        while (tally.pause(random.nextInt(pause))) {
          if (tally.isAheadOfKills()) {
            // On a slow machine workers would get nothing done between the faults.
            tally.pause(PAUSE_WHEN_AHEAD_MILLIS);
          }
          Fault fault = kinds.get(random.nextInt(kinds.size()));
          try {
            if (maker.make(fault, random)) {
              tally.count(fault, "");
            }
          } catch (SQLException | RuntimeException failure) {
            tally.note(fault + " failed: " + failure);
          }
        }
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    };
  }
}
