package dev.dbos.chaos;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What the lives of workers end with, for runs that look for one thing.
 *
 * @param fates the ways; one that is there twice comes up twice as often
 * @param points the points at which they are stopped
 */
record Focus(List<Fate> fates, Set<Point> points) {
  /** The ways a worker's life can end. */
  enum Fate {
    /** Killed at a random moment. */
    KILL,
    /** Killed before it has done anything. */
    KILL_AT_LAUNCH,
    /** Killed at a point. */
    KILL_AT_POINT,
    /** Killed while the server has a COMMIT of it, or has lost one. */
    KILL_IN_COMMIT,
    /** Frozen, replaced, let go and killed. */
    ZOMBIE,
    /** Told to close. */
    CLOSE
  }

  /** Everything. */
  static final Focus NONE =
      new Focus(
          List.of(
              Fate.KILL,
              Fate.KILL,
              Fate.KILL,
              Fate.KILL_AT_LAUNCH,
              Fate.KILL_AT_POINT,
              Fate.KILL_AT_POINT,
              Fate.KILL_AT_POINT,
              Fate.KILL_IN_COMMIT,
              Fate.KILL_IN_COMMIT,
              Fate.ZOMBIE,
              Fate.ZOMBIE,
              Fate.ZOMBIE,
              Fate.CLOSE),
          EnumSet.allOf(Point.class));

  Focus {
    fates = List.copyOf(fates);
    points = Set.copyOf(points);
  }
}
