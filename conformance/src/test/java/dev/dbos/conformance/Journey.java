package dev.dbos.conformance;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What happens to the checkouts of one runtime on their way, and how far they came. */
class Journey {
  private final Map<Point, Integer> counts = new ConcurrentHashMap<>();
  private final Map<Point, Incident> incidents = new ConcurrentHashMap<>();

  /** Something that happens to the first checkout that comes by. */
  @FunctionalInterface
  interface Incident {
    void happen() throws Exception;
  }

  /** A checkout comes to a point. */
  void reached(Point point) throws Exception {
    counts.merge(point, 1, Integer::sum);
    Incident incident = incidents.remove(point);
    if (incident != null) {
      incident.happen();
    }
  }

  /** How often a checkout came to a point. */
  int count(Point point) {
    return counts.getOrDefault(point, 0);
  }

  /** Lets something happen to the first checkout that comes to a point. */
  Journey once(Point point, Incident incident) {
    incidents.put(point, incident);
    return this;
  }

  /** Holds up the first checkout that comes to a point. */
  Stop stopAt(Point point) {
    Stop stop = new Stop();
    once(point, stop::arrive);
    return stop;
  }

  /** Where a checkout waits to be let go. */
  static final class Stop {
    private final CountDownLatch arrived = new CountDownLatch(1);
    private final CountDownLatch letGo = new CountDownLatch(1);

    private void arrive() throws InterruptedException {
      arrived.countDown();
      await(letGo);
    }

    void awaitArrival() throws InterruptedException {
      await(arrived);
    }

    void letGo() {
      letGo.countDown();
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
      if (!latch.await(Eventually.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new AssertionError("Nobody came within " + Eventually.PATIENCE);
      }
    }
  }
}
