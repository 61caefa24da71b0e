package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each value goes in, through a step, and out; it is read back by another DBOS after a replay, so
 * everything has been through the database.
 */
class WorkflowValueTest {
  /** What is paid with. */
  public sealed interface Payment {
    /** Coins. */
    record Cash(BigDecimal amount) implements Payment {}

    /** A card and who accepted it. */
    record Card(String number, Optional<UUID> acceptedBy) implements Payment {}
  }

  /** One line of an order. */
  public record Line(String sku, int pieces, BigDecimal price) {}

  /** An order. */
  public record Order(
      long id,
      List<Line> lines,
      Map<String, Integer> bonus,
      Payment payment,
      LocalDate due,
      Instant at,
      @Nullable String note) {}

  private static final Order ORDER =
      new Order(
          Long.MAX_VALUE,
          List.of(new Line("tea \u2615 \"green\"", 2, new BigDecimal("3.50"))),
          Map.of("points", 12),
          new Payment.Card("4711", Optional.of(UUID.fromString("0-0-0-0-1"))),
          LocalDate.of(2026, 2, 28),
          Instant.parse("2026-02-01T10:11:12.345678Z"),
          null);

  /** Runs a workflow that returns its input, forgets its end, and replays it elsewhere. */
  private static <T> void assertSurvives(
      Product product, WorkflowDefinition<T, T> echo, TypeRef<T> type, @Nullable T value) {
    StartOptions id = StartOptions.id("echo");
    try (Site site = Site.of(product)) {
      try (DBOS dbos = launch(site, echo)) {
        assertThat(dbos.run(echo, value, id)).isEqualTo(value);
        assertThat(dbos.retrieve("echo", type).result()).isEqualTo(value);
      }
      SystemRows.of(site).forgetTheEndOf("echo");
      try (DBOS dbos = launch(site, echo)) {
        assertThat(dbos.retrieve("echo", type).result()).isEqualTo(value);
        assertThat(dbos.status("echo").orElseThrow().attempts()).isEqualTo(2);
        assertThat(dbos.run(echo, value, id)).isEqualTo(value);
      }
    }
  }

  private static <T> DBOS launch(Site site, WorkflowDefinition<T, T> echo) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(
            echo, input -> Workflow.<@Nullable T, RuntimeException>callStep("look", () -> input))
        .launch();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRecordWithCollectionsTimesAndASealedPart(Product product) {
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", Order.class, Order.class),
        new TypeRef<Order>() {},
        ORDER);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aListOfRecords(Product product) {
    TypeRef<List<Order>> orders = new TypeRef<>() {};
    assertSurvives(
        product, WorkflowDefinition.of("echo", orders, orders), orders, List.of(ORDER, ORDER));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aMapOfLists(Product product) {
    TypeRef<Map<String, List<Line>>> basket = new TypeRef<>() {};
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", basket, basket),
        basket,
        Map.of("today", ORDER.lines(), "tomorrow", List.of()));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aSealedInterface(Product product) {
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", Payment.class, Payment.class),
        new TypeRef<Payment>() {},
        new Payment.Cash(new BigDecimal("12.30")));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOptionalThatIsThere(Product product) {
    TypeRef<Optional<Line>> line = new TypeRef<>() {};
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", line, line),
        line,
        Optional.of(ORDER.lines().getFirst()));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOptionalThatIsEmpty(Product product) {
    TypeRef<Optional<Line>> line = new TypeRef<>() {};
    assertSurvives(product, WorkflowDefinition.of("echo", line, line), line, Optional.empty());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void nothing(Product product) {
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", Order.class, Order.class),
        new TypeRef<Order>() {},
        null);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noInputAndNoOutputAtAll(Product product) {
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", Void.class, Void.class),
        new TypeRef<Void>() {},
        null);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void numbersTextsAndBytes(Product product) {
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", Integer.class, Integer.class),
        new TypeRef<Integer>() {},
        42);
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", Long.class, Long.class),
        new TypeRef<Long>() {},
        Long.MIN_VALUE);
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", BigDecimal.class, BigDecimal.class),
        new TypeRef<BigDecimal>() {},
        new BigDecimal("0.10"));
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", String.class, String.class),
        new TypeRef<String>() {},
        "a \u0000 b \uD83C\uDF75 '); DROP TABLE workflow_status; --");
    assertSurvives(
        product,
        WorkflowDefinition.of("echo", byte[].class, byte[].class),
        new TypeRef<byte[]>() {},
        new byte[] {0, -1, 127});
  }
}
