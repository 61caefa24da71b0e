package dev.dbos.conformance;

import dev.dbos.DBOS;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.StartOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * One checkout in a process of its own. At each point it was told to stop at it prints the point's
 * name and waits for a line.
 */
final class CheckoutProgram {
  private CheckoutProgram() {}

  static ChildJvm start(Setting setting, String applicationUrl, String systemUrl, Order order) {
    return ChildJvm.builder(CheckoutProgram.class)
        .arguments(
            setting.adapter().name(),
            applicationUrl,
            systemUrl,
            order.workflowId(),
            order.sku(),
            order.stops().stream().map(Point::name).collect(Collectors.joining(",")))
        .start();
  }

  /** What to check out, and where to stop. */
  record Order(String workflowId, String sku, Set<Point> stops) {
    Order(String workflowId, String sku, Point stop) {
      this(workflowId, sku, EnumSet.of(stop));
    }
  }

  public static void main(String[] arguments) throws Exception {
    Set<Point> stops =
        Arrays.stream(arguments[5].split(",")).map(Point::valueOf).collect(Collectors.toSet());
    try (Shop shop = Adapter.valueOf(arguments[0]).open(arguments[1], Options.DEFAULT);
        DBOS dbos = new Checkout(shop, new StoppingJourney(stops)).launch(arguments[2])) {
      StartOptions id = StartOptions.id(arguments[3]);
      try {
        System.out.println("left " + dbos.start(Checkout.CHECKOUT, arguments[4], id).result());
      } catch (WorkflowFailedException failed) {
        System.out.println("failed " + failed.getCause());
      }
    }
  }

  private static final class StoppingJourney extends Journey {
    private final Set<Point> stops;
    private final BufferedReader input =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));

    StoppingJourney(Set<Point> stops) {
      this.stops = stops;
    }

    @Override
    void reached(Point point) throws IOException {
      if (stops.contains(point)) {
        System.out.println(point.name());
        input.readLine();
      }
    }
  }
}
