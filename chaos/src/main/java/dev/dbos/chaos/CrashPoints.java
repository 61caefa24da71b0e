package dev.dbos.chaos;

import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The points a worker passes. Without an order it passes all; told to stop at one, the thread that
 * comes there says so and stays, until the driver has killed the process.
 */
final class CrashPoints {
  private @Nullable Point armed;
  private int toPass;
  private boolean seen;

  /** Stops at the {@code passes}th passing of a point from now on. */
  synchronized void arm(Point point, int passes) {
    armed = point;
    toPass = passes;
  }

  void reached(Point point) {
    if (stopsAt(point)) {
      Lines.say(Lines.AT + point);
      while (true) {
        LockSupport.park();
      }
    }
  }

  private synchronized boolean stopsAt(Point point) {
    if (!seen) {
      seen = true;
      Lines.say(Lines.WORKING);
    }
    if (point != armed || --toPass > 0) {
      return false;
    }
    armed = null;
    return true;
  }
}
