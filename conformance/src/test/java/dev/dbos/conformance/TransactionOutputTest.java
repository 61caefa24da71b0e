package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.conformance.Replay.Outcomes;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Results come back from the replay as they were, in value and in type. */
class TransactionOutputTest {
  /** What a customer gets. */
  public record Receipt(
      String sku, BigDecimal price, List<Line> lines, Optional<String> voucher, Instant at) {}

  /** A line of it. */
  public record Line(String text, int quantity, @Nullable String remark) {}

  private static final Receipt RECEIPT =
      new Receipt(
          "tea",
          new BigDecimal("12.50"),
          List.of(new Line("Earl Grey", 2, null), new Line("Assam \"o'clock\" ☕", 1, "loose")),
          Optional.of("SPRING"),
          Instant.parse("2025-03-01T10:15:30.123456Z"));

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void valuesOfManyTypesAreReplayed(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      AtomicInteger runs = new AtomicInteger();

      Outcomes outcomes = Replay.of(premises, () -> everyKind(shop, runs));

      assertThat(outcomes.replayed()).isEqualTo(outcomes.first());
      assertThat(outcomes.replayed())
          .asInstanceOf(InstanceOfAssertFactories.LIST)
          .containsExactly(
              RECEIPT,
              List.of(RECEIPT),
              Map.of("tea", new BigDecimal("1.0")),
              Optional.of(RECEIPT),
              Optional.empty(),
              new BigDecimal("0.10"),
              Long.MAX_VALUE,
              true,
              "",
              null);
      assertThat(runs).hasValue(10);
      assertThat(premises.ledger().recordedSteps("read")).isEqualTo(10);
    }
  }

  private static List<@Nullable Object> everyKind(Shop shop, AtomicInteger runs) throws Exception {
    List<@Nullable Object> results = new ArrayList<>();
    results.add(read(shop, runs, RECEIPT));
    results.add(read(shop, runs, List.of(RECEIPT)));
    results.add(read(shop, runs, Map.of("tea", new BigDecimal("1.0"))));
    results.add(read(shop, runs, Optional.of(RECEIPT)));
    results.add(read(shop, runs, Optional.empty()));
    results.add(read(shop, runs, new BigDecimal("0.10")));
    results.add(read(shop, runs, Long.MAX_VALUE));
    results.add(read(shop, runs, true));
    results.add(read(shop, runs, ""));
    shop.run("read", tables -> runs.incrementAndGet());
    results.add(null);
    return results;
  }

  private static Object read(Shop shop, AtomicInteger runs, Object result) throws Exception {
    return shop.call(
        "read",
        tables -> {
          runs.incrementAndGet();
          return result;
        });
  }
}
