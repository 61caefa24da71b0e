package dev.dbos.examples.orders.demo;

import dev.dbos.examples.orders.demo.Basket.Line;
import dev.dbos.examples.orders.demo.ShopProgram.Event;
import java.util.concurrent.CountDownLatch;

/** Holds a checkout where it is to die, and says so; or lets everything pass. */
sealed interface Stalls {

  /** A checkout has just finished {@code step}. */
  void passed(String workflowId, String step);

  /** Holds nothing. */
  record Nowhere() implements Stalls {
    @Override
    public void passed(String workflowId, String step) {}
  }

  /** Holds the orders of a basket at their crash points, for good. */
  record AtCrashPoints(Basket basket) implements Stalls {
    @Override
    public void passed(String workflowId, String step) {
      for (Line line : basket.lines()) {
        if (line.workflowId().equals(workflowId) && line.diesAfter(step)) {
          Event.STALLED.say(line);
          holdForEver();
        }
      }
    }

    private static void holdForEver() {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
