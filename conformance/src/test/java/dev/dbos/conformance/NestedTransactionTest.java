package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.Workflow;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.conformance.Replay.Outcomes;
import dev.dbos.error.ConfigurationException;
import java.util.Objects;
import org.jooq.impl.DSL;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A transaction inside a transaction. */
class NestedTransactionTest {
  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void anInnerOneCommitsWithTheOuterOneAsOneStep(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  shop.call(
                      "reserve both",
                      tables ->
                          tables.reserve("tea")
                              + shop.<Integer>call("inner", inner -> inner.reserve("coffee"))));

      assertThat(outcomes).isEqualTo(new Outcomes(18, 18));
      assertThat(premises.ledger().reservations()).isEqualTo(2);
      assertThat(premises.ledger().recordedSteps("reserve both")).isEqualTo(1);
      assertThat(premises.ledger().recordedSteps("inner")).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void whenAnInnerOneFailsOnlyItsOwnWritesAreUndone(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises,
              () ->
                  shop.call(
                      "reserve", tables -> tables.reserve("tea") + reserveUnicorn(shop).length()));

      assertThat(outcomes).isEqualTo(new Outcomes(17, 17));
      assertThat(premises.ledger().reservations()).isEqualTo(1);
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(9);
      assertThat(premises.ledger().stockOf("unicorn")).isEqualTo(10);
    }
  }

  private static String reserveUnicorn(Shop shop) throws Exception {
    try {
      return shop.call(
          "reserve unicorn",
          inner -> {
            inner.reserve("unicorn");
            throw new SoldOutException("sold out");
          });
    } catch (SoldOutException soldOut) {
      return Objects.requireNonNull(soldOut.getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void anSqlErrorOfAnInnerOneLeavesTheOuterOneUsable(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      int left =
          shop.call(
              "reserve",
              tables -> {
                assertThatThrownBy(
                        () ->
                            shop.run(
                                "restock",
                                inner -> inner.execute("insert into stock values ('tea', 5)")))
                    .hasMessageContaining("stock");
                return tables.reserve("tea");
              });

      assertThat(left).isEqualTo(9);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void oneOfAnotherDatasourceIsRefused(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      Shop warehouse =
          premises.keep(
              setting.adapter().open(premises.site().anotherUrl(), Options.named("warehouse")));

      assertThatThrownBy(
              () ->
                  shop.run(
                      "reserve",
                      tables -> {
                        tables.reserve("tea");
                        warehouse.run("pick", other -> other.execute("select 1"));
                      }))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "A transaction of datasource warehouse was called inside transaction \"reserve\" of"
                  + " datasource shop: the two cannot commit together. Call one after the other,"
                  + " each as its own step.");
      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void anAsynchronousOneIsRefused(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      assertThatThrownBy(
              () ->
                  shop.call(
                      "reserve",
                      tables -> shop.callAsync("other", inner -> inner.reserve("tea")).isDone()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "callTransactionAsync was called inside transaction \"reserve\", which cannot be"
                  + " shared with another thread. Use callTransaction.");
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void operationsOfTheWorkflowAreRefusedInside(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(premises, () -> shop.call("reserve", tables -> Workflow.randomUuid()));

      assertThat(outcomes.firstFailure())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.randomUuid was called inside transaction \"reserve\" of datasource shop. Call it"
                  + " before or after the transaction.");
      assertThat(outcomes.replayedFailure())
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage(outcomes.firstFailure().getMessage());
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void theWorkflowsIdIsKnownInside(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      Outcomes outcomes =
          Replay.of(
              premises, () -> shop.call("reserve", tables -> Workflow.id()).equals(Workflow.id()));

      assertThat(outcomes.first()).isEqualTo(true);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#jooq")
  void jooqsOwnTransactionsAreSavepointsToo(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();

      int left =
          shop.call(
              "reserve",
              tables -> {
                assertThatThrownBy(
                        () ->
                            ((JooqShopTables) tables)
                                .tx()
                                .transaction(
                                    inner -> {
                                      new JooqShopTables(DSL.using(inner)).reserve("coffee");
                                      throw new SoldOutException("sold out");
                                    }))
                    .rootCause()
                    .isInstanceOf(SoldOutException.class);
                return tables.reserve("tea");
              });

      assertThat(left).isEqualTo(9);
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }
}
