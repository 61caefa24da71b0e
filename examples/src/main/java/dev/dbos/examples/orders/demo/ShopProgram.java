package dev.dbos.examples.orders.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.dbos.DBOS;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.examples.orders.CardDeclinedException;
import dev.dbos.examples.orders.LedgerGateway;
import dev.dbos.examples.orders.OrderService;
import dev.dbos.examples.orders.OrderService.Receipt;
import dev.dbos.examples.orders.PaymentGateway;
import dev.dbos.examples.orders.demo.Basket.Line;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.List;

/**
 * The program that is killed: opens the shop, takes all orders of the basket, and says how they
 * end. Started again it does the very same, so it is also handed the same orders twice.
 */
final class ShopProgram {
  /** The argument that makes it stop at the crash points. */
  static final String STALL = "stall";

  /** What it says, one line each. */
  enum Event {
    /** The shop is open: from here on orders are worked on. */
    OPEN,
    /** The order has reached its crash point and stays there. */
    STALLED,
    /** The order was shipped. */
    SHIPPED,
    /** The order was declined. */
    DECLINED;

    void say(Line line) {
      System.out.println(about(line));
    }

    /** The line that says this of an order. */
    String about(Line line) {
      return this + " " + line.number();
    }
  }

  private ShopProgram() {}

  public static void main(String[] arguments) throws Exception {
    Site site = Site.parse(standardInput());
    boolean stall = List.of(arguments).contains(STALL);
    Stalls stalls = stall ? new Stalls.AtCrashPoints(site.basket()) : new Stalls.Nowhere();
    LedgerGateway bank = new LedgerGateway(site.ledger());
    try (JooqDatasource shop = OrderService.openShop(site.shopUrl())) {
      OrderService service =
          new OrderService(new StallingShop(shop, stalls), stalling(bank, stalls));
      System.out.println(Event.OPEN);
      try (DBOS dbos = service.launch(site.systemUrl())) {
        awaitAll(takeOrders(dbos, site.basket()));
      }
    }
  }

  private static List<String> standardInput() throws IOException {
    try (BufferedReader reader = new BufferedReader(new InputStreamReader(System.in, UTF_8))) {
      return reader.lines().toList();
    }
  }

  private static PaymentGateway stalling(PaymentGateway bank, Stalls stalls) {
    return (order, card, cents) -> {
      String charge = bank.charge(order, card, cents);
      stalls.passed(Basket.workflowIdOf(order), CrashPoint.CARD_CHARGED.step());
      return charge;
    };
  }

  /** Starts all checkouts before waiting for any. */
  private static List<Thread> takeOrders(DBOS dbos, Basket basket) {
    List<Thread> waiting = new ArrayList<>();
    for (Line line : basket.lines()) {
      WorkflowHandle<Receipt> checkout =
          dbos.start(OrderService.CHECKOUT, line.order(), StartOptions.id(line.workflowId()));
      waiting.add(Thread.startVirtualThread(() -> sayOutcome(line, checkout)));
    }
    return waiting;
  }

  private static void sayOutcome(Line line, WorkflowHandle<Receipt> checkout) {
    try {
      checkout.result();
      Event.SHIPPED.say(line);
    } catch (WorkflowFailedException failed) {
      if (failed.getCause() instanceof CardDeclinedException) {
        Event.DECLINED.say(line);
      } else {
        throw failed;
      }
    }
  }

  private static void awaitAll(List<Thread> threads) throws InterruptedException {
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
