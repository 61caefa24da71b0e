package dev.dbos.examples.orders.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.examples.orders.demo.Basket.Line;
import dev.dbos.examples.orders.demo.Evidence.Bank;
import dev.dbos.examples.orders.demo.Evidence.OfOrder;
import dev.dbos.examples.orders.demo.Evidence.Rows;
import dev.dbos.examples.orders.demo.Shelf.Product;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
  private static final Shelf OPENING =
      new Shelf(List.of(new Product("mug", 980, 100), new Product("tea", 1250, 100)));
  private static final Shelf CLOSING =
      new Shelf(List.of(new Product("mug", 980, 93), new Product("tea", 1250, 94)));

  private final List<OfOrder> orders =
      new ArrayList<>(new Basket("RUN").lines().stream().map(VerdictTest::asItMustBe).toList());

  @Test
  void whatIsAsItMustBeIsProved() {
    assertThat(objections(CLOSING)).isEmpty();
  }

  @Test
  void aPaymentThatWasWrittenTwiceIsNoticed() {
    OfOrder first = orders.getFirst();
    orders.set(0, new OfOrder(first.line(), "SHIPPED", new Rows(1, 2, 1, 5000), first.bank()));

    assertThat(objections(CLOSING))
        .containsExactly("order RUN-1: 2 payments", "order RUN-1: recorded as paid 5000");
  }

  @Test
  void aCardThatWasChargedTwiceIsNoticed() {
    OfOrder first = orders.getFirst();
    orders.set(0, new OfOrder(first.line(), "SHIPPED", first.rows(), new Bank(2, 2, 5000)));

    assertThat(objections(CLOSING))
        .containsExactly("order RUN-1: charged 2 times", "order RUN-1: charged 5000");
  }

  @Test
  void anOrderThatWasLostIsNoticed() {
    Line line = orders.getFirst().line();
    orders.set(0, new OfOrder(line, "-", new Rows(0, 0, 0, 0), new Bank(0, 0, 0)));

    assertThat(objections(CLOSING))
        .contains("order RUN-1: 0 rows in orders", "order RUN-1: its status is -");
  }

  @Test
  void stockThatWasTakenTwiceIsNoticed() {
    Shelf closing = new Shelf(List.of(new Product("mug", 980, 89), new Product("tea", 1250, 94)));

    assertThat(objections(closing)).containsExactly("mug: 89 left instead of 93");
  }

  private List<String> objections(Shelf closing) {
    return Verdict.on(new Evidence(orders, closing), OPENING).objections();
  }

  private static OfOrder asItMustBe(Line line) {
    if (line.declined()) {
      return new OfOrder(line, "DECLINED", new Rows(1, 0, 0, 0), new Bank(1, 0, 0));
    }
    int due = line.order().quantity() * OPENING.product(line.order().sku()).cents();
    return new OfOrder(line, "SHIPPED", new Rows(1, 1, 1, due), new Bank(1, 1, due));
  }
}
