package dev.dbos.examples.orders;

import static dev.dbos.examples.orders.db.Tables.ORDERS;
import static dev.dbos.examples.orders.db.Tables.PAYMENTS;
import static dev.dbos.examples.orders.db.Tables.PRODUCTS;
import static dev.dbos.examples.orders.db.Tables.SHIPMENTS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.examples.orders.LedgerGateway.Entry;
import dev.dbos.examples.orders.LedgerGateway.Kind;
import dev.dbos.examples.orders.OrderService.Order;
import dev.dbos.examples.orders.OrderService.Receipt;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OrderServiceTest {
  enum Product {
    SQLITE,
    POSTGRESQL
  }

  private static final Order TWO_TEA = new Order("1001", "ada", "tea", 2);

  @TempDir Path directory;

  private final List<TempSqlite> files = new ArrayList<>();
  private LedgerGateway bank = new LedgerGateway(Path.of("unused"));

  @BeforeEach
  void openBank() {
    bank = new LedgerGateway(directory.resolve("bank.ledger"));
  }

  @AfterEach
  void deleteFiles() {
    files.forEach(TempSqlite::close);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCheckoutReservesChargesRecordsAndShips(Product product) {
    try (JooqDatasource shop = OrderService.openShop(newDatabase(product));
        DBOS dbos = new OrderService(shop, bank).launch(newDatabase(product))) {
      Receipt receipt = checkout(dbos, TWO_TEA);

      assertThat(receipt).isEqualTo(new Receipt("1001", 2500, "charge-1001"));
      assertThat(status(shop, "1001")).isEqualTo("SHIPPED");
      assertThat(stock(shop, "tea")).isEqualTo(98);
      assertThat(rows(shop)).containsExactly(1, 1, 1);
      assertThat(bank.entries()).containsExactly(new Entry(Kind.CHARGED, "1001", 2500));
      assertThat(dbos.steps("checkout-1001"))
          .extracting(StepStatus::name)
          .containsExactly("reserve stock", "charge card", "record payment", "ship order");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOrderThatIsPlacedAgainIsSoldOnce(Product product) {
    String systemUrl = newDatabase(product);
    try (JooqDatasource shop = OrderService.openShop(newDatabase(product))) {
      try (DBOS dbos = new OrderService(shop, bank).launch(systemUrl)) {
        checkout(dbos, TWO_TEA);
        checkout(dbos, TWO_TEA);
      }
      try (DBOS restarted = new OrderService(shop, bank).launch(systemUrl)) {
        assertThat(checkout(restarted, TWO_TEA).charge()).isEqualTo("charge-1001");
      }

      assertThat(stock(shop, "tea")).isEqualTo(98);
      assertThat(rows(shop)).containsExactly(1, 1, 1);
      assertThat(bank.entries()).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeclinedCardPutsTheStockBack(Product product) {
    try (JooqDatasource shop = OrderService.openShop(newDatabase(product));
        DBOS dbos = new OrderService(shop, bank).launch(newDatabase(product))) {
      assertThatThrownBy(() -> checkout(dbos, new Order("1002", "mallory", "mug", 3)))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(CardDeclinedException.class)
          .hasMessage("The card 0002 was declined.");

      assertThat(status(shop, "1002")).isEqualTo("DECLINED");
      assertThat(stock(shop, "mug")).isEqualTo(100);
      assertThat(rows(shop)).containsExactly(1, 0, 0);
      assertThat(bank.entries()).containsExactly(new Entry(Kind.DECLINED, "1002", 980 * 3));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsSoldOutIsNotCharged(Product product) {
    try (JooqDatasource shop = OrderService.openShop(newDatabase(product));
        DBOS dbos = new OrderService(shop, bank).launch(newDatabase(product))) {
      assertThatThrownBy(() -> checkout(dbos, new Order("1003", "ada", "tea", 101)))
          .cause()
          .isInstanceOf(SoldOutException.class)
          .hasMessage("There are not 101 tea left.");

      assertThat(rows(shop)).containsExactly(0, 0, 0);
      assertThat(bank.entries()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aBankThatDoesNotAnswerIsAskedAgain(Product product) {
    AtomicInteger calls = new AtomicInteger();
    PaymentGateway firstTimeBusy =
        (order, card, cents) -> {
          if (calls.incrementAndGet() == 1) {
            throw new UncheckedIOException(new ConnectException("the line is busy"));
          }
          return bank.charge(order, card, cents);
        };
    try (JooqDatasource shop = OrderService.openShop(newDatabase(product));
        DBOS dbos = new OrderService(shop, firstTimeBusy).launch(newDatabase(product))) {
      checkout(dbos, TWO_TEA);

      assertThat(calls).hasValue(2);
      assertThat(rows(shop)).containsExactly(1, 1, 1);
    }
  }

  private static Receipt checkout(DBOS dbos, Order order) {
    StartOptions id = StartOptions.id("checkout-" + order.number());
    return Objects.requireNonNull(dbos.run(OrderService.CHECKOUT, order, id));
  }

  private String newDatabase(Product product) {
    if (product == Product.POSTGRESQL) {
      TestPostgres server = TestPostgres.shared();
      return server.url(server.createDatabase());
    }
    TempSqlite file = TempSqlite.create();
    files.add(file);
    return file.url();
  }

  private static String status(JooqDatasource shop, String number) {
    return shop.callTransaction(
        "status", tx -> tx.fetchSingle(ORDERS, ORDERS.NUMBER.eq(number)).getStatus());
  }

  private static int stock(JooqDatasource shop, String sku) {
    return shop.callTransaction(
        "stock", tx -> tx.fetchSingle(PRODUCTS, PRODUCTS.SKU.eq(sku)).getStock());
  }

  /** How many orders, payments and shipments there are. */
  private static List<Integer> rows(JooqDatasource shop) {
    return shop.callTransaction(
        "rows",
        tx -> List.of(tx.fetchCount(ORDERS), tx.fetchCount(PAYMENTS), tx.fetchCount(SHIPMENTS)));
  }
}
