package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.workflows.LeaseProgram.Point;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.Lease;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Measures how long it takes until the work of a dead executor goes on: arguments are how often,
 * and optionally the lease. An executor is killed on the survivor's machine, and another is frozen,
 * which is what a survivor elsewhere sees of one that was killed: a lease that is not renewed any
 * more.
 */
final class FailoverTimes {
  private FailoverTimes() {}

  public static void main(String[] arguments) throws Exception {
    int times = Integer.parseInt(arguments[0]);
    Duration lease =
        arguments.length > 1
            ? Duration.parse(arguments[1])
            : Lease.DEFAULT.duration().orElseThrow();
    for (Product product : Product.values()) {
      for (boolean frozen : new boolean[] {false, true}) {
        measure(product, frozen, times, lease);
      }
    }
  }

  private static void measure(Product product, boolean frozen, int times, Duration lease)
      throws Exception {
    LinkedBlockingQueue<Long> resumed = new LinkedBlockingQueue<>();
    List<Long> millis = new ArrayList<>();
    try (ShippingSite place = new ShippingSite(product);
        JdbcDatasource stock = place.stock();
        DBOS dbos =
            place
                .executor(
                    stock,
                    Lease.of(lease),
                    (point, what) -> {
                      if (point == Point.BETWEEN_STEPS) {
                        resumed.add(System.nanoTime());
                      }
                    })
                .launch()) {
      for (int i = 0; i < times; i++) {
        try (ChildJvm child = place.child(lease, Point.BETWEEN_STEPS)) {
          child.awaitLine("up"::equals, Eventually.BOUND);
          child.send("order-" + i);
          child.awaitLine("stopped"::equals, Eventually.BOUND);
          long dead = System.nanoTime();
          if (frozen) {
            place.freeze(child);
          } else {
            child.kill();
          }
          millis.add((resumed.take() - dead) / 1_000_000);
        }
      }
      Collections.sort(millis);
      System.out.printf(
          "%s, %s, lease %s: median %d ms, worst %d ms of %d%n",
          product,
          frozen ? "frozen (as seen from elsewhere)" : "killed on the same machine",
          lease,
          millis.get(times / 2),
          millis.getLast(),
          dbos.health().lease().others() + times);
    }
  }
}
