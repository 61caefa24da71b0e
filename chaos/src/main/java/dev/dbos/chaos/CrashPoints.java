package dev.dbos.chaos;

import dev.dbos.Workflow;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The points a worker passes. Without an order it passes all; told to stop at one, the thread that
 * comes there says so and stays, until the driver lets it go or has killed the process.
 */
final class CrashPoints {
  private final CountDownLatch leave = new CountDownLatch(1);
  private @Nullable Point armed;
  private int toPass;
  private boolean seen;

  /** Stops at the {@code passes}th passing of a point from now on. */
  synchronized void arm(Point point, int passes) {
    armed = point;
    toPass = passes;
  }

  /** Lets go who has stopped. */
  void leave() {
    leave.countDown();
  }

  void reached(Point point) {
    if (stopsAt(point)) {
      Lines.say(Lines.AT + point + " " + Workflow.id());
      try {
        leave.await();
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
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
