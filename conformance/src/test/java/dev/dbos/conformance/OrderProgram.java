package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.StartOptions;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Takes orders, in transactions by themselves and in those of workflows, until it is killed. */
final class OrderProgram {
  private OrderProgram() {}

  static ChildJvm start(Setting setting, String applicationUrl, String systemUrl, String prefix) {
    return ChildJvm.builder(OrderProgram.class)
        .arguments(setting.adapter().name(), applicationUrl, systemUrl, prefix)
        .start();
  }

  public static void main(String[] arguments) throws Exception {
    try (Shop shop = Adapter.valueOf(arguments[0]).open(arguments[1], Options.DEFAULT);
        DBOS dbos = new OrderDesk(shop).applyTo(Checkout.runtime(arguments[2])).launch();
        var threads = Executors.newFixedThreadPool(2)) {
      OrderDesk desk = new OrderDesk(shop);
      Future<?> counter = threads.submit(() -> takeByItself(desk, arguments[3]));
      Future<?> office = threads.submit(() -> takeInWorkflows(dbos, arguments[3]));
      counter.get();
      office.get();
    }
  }

  private static Void takeByItself(OrderDesk desk, String prefix) throws Exception {
    for (int i = 0; ; i++) {
      try {
        desk.order(prefix + "-c" + i);
      } catch (DatabaseUnavailableException lost) {
        // It may or may not have been taken; the next one has another number.
      }
      System.out.println("ordered");
    }
  }

  private static Void takeInWorkflows(DBOS dbos, String prefix) {
    for (int i = 0; ; i++) {
      String id = prefix + "-w" + i;
      dbos.start(OrderDesk.TAKE, id, StartOptions.id("take-" + id)).result();
      System.out.println("shipped");
    }
  }
}
