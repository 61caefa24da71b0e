package dev.dbos.examples.orders.demo;

import dev.dbos.DBOS;
import dev.dbos.examples.orders.OrderService.Order;
import dev.dbos.examples.orders.demo.Basket.Line;
import dev.dbos.examples.orders.demo.Evidence.OfOrder;
import dev.dbos.examples.orders.demo.Screen.Style;
import dev.dbos.examples.orders.demo.Shelf.Product;
import dev.dbos.workflow.StepStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Tells on the screen what happens. */
record Report(Screen screen) {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  void opening(String shop, String workflows, Basket basket, Shelf shelf) {
    screen.line(Style.BOLD, "An order service is killed in the middle of its work, and recovers");
    screen.line("  shop       " + shop);
    screen.line("  workflows  " + (workflows.equals(shop) ? "in the same database" : workflows));
    screen.line(
        "  in stock   %s"
            .formatted(
                String.join(
                    ", ",
                    shelf.products().stream()
                        .map(each -> each.stock() + " " + each.sku())
                        .toList())));
    screen.line("  checkout   reserve stock > charge card > record payment > ship order");
    screen.line("             (transaction)   (step)        (transaction)    (transaction)");
    screen.heading("1. " + basket.lines().size() + " orders at once");
  }

  /** How far the orders got until the kill. */
  void stalled(Basket basket) {
    for (Line line : basket.lines()) {
      String state = line.crashPoint().map(CrashPoint::description).orElse(outcome(line));
      screen.line("  %-11s %-18s %s".formatted(line.number(), what(line.order()), state));
    }
  }

  private static String outcome(Line line) {
    return line.declined() ? "card declined, stock put back" : "shipped";
  }

  private static String what(Order order) {
    return order.quantity() + " " + order.sku() + " for " + order.customer();
  }

  void killed(long pid, int exitCode) {
    screen.heading("2. kill -9 " + pid + " (exit code " + exitCode + ")");
  }

  void recovered(long pid, Duration took) {
    screen.heading("3. The same program again, and all orders placed again");
    screen.line(
        "  Process %d had all of them done %d ms after opening. The four it took over:"
            .formatted(pid, took.toMillis()));
    screen.line("");
    screen.line("  order       step             began         took      by process");
  }

  /** The steps of one checkout, as recorded. */
  void steps(DBOS dbos, Line line, Instant killedAt) {
    List<StepStatus> steps = dbos.steps(line.workflowId());
    for (StepStatus step : steps) {
      Instant began = step.startedAt().orElse(Instant.EPOCH);
      Instant ended = step.completedAt().orElse(began);
      screen.line(
          "  %-11s %-16s %s  %5d ms  %s"
              .formatted(
                  step.stepId() == 0 ? line.number() : "",
                  step.name(),
                  TIME.format(began),
                  Duration.between(began, ended).toMillis(),
                  began.isBefore(killedAt) ? "1 (killed)" : "2"));
    }
  }

  /** The rows of every order, and the bank's view of them. */
  void evidence(Evidence evidence) {
    screen.line("                         rows in these tables         the bank was");
    screen.line("  order       status     orders  payments  shipments  asked  charged");
    for (OfOrder order : evidence.orders()) {
      screen.line(
          "  %-11s %-9s  %6d  %8d  %9d  %5d  %7d"
              .formatted(
                  order.line().number(),
                  order.status(),
                  order.rows().orders(),
                  order.rows().payments(),
                  order.rows().shipments(),
                  order.bank().calls(),
                  order.bank().charges()));
    }
  }

  void proof(Evidence evidence, Shelf opening) {
    screen.heading("4. The proof, from the shop's own tables and the bank's ledger");
    evidence(evidence);
    screen.line("");
    screen.line("  product     before  ordered  left");
    for (Product before : opening.products()) {
      screen.line(
          "  %-11s %6d  %7d  %4d"
              .formatted(
                  before.sku(),
                  before.stock(),
                  Verdict.sold(evidence, before.sku()),
                  evidence.shelf().product(before.sku()).stock()));
    }
  }

  /** A step runs at least once; what the bank was asked twice is seen. */
  void repeatedCalls(Evidence evidence) {
    for (OfOrder order : evidence.orders()) {
      if (order.bank().calls() > order.bank().charges() && !order.line().declined()) {
        screen.line("");
        screen.line(
            "  The bank was asked about " + order.line().number() + " again, for its answer");
        screen.line("  had died with the process. A step runs at least once; a transaction, once.");
      }
    }
  }

  void verdict(Verdict verdict) {
    screen.line("");
    if (verdict.holds()) {
      screen.line(
          Style.GREEN,
          "PROVED: every order was written exactly once, every card charged once, the stock is"
              + " right.");
      return;
    }
    screen.line(Style.RED, "NOT PROVED:");
    verdict.objections().forEach(objection -> screen.line("  " + objection));
  }
}
