package dev.dbos.conformance;

import static dev.dbos.conformance.Checkout.CHECKOUT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.DBOS;
import dev.dbos.conformance.Adapter.Options;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.DatasourceBuilder;
import dev.dbos.datasource.IsolationLevel;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.error.WorkflowFailedException;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Connections as the application wants them: its own pool, a tiny one, an isolation level. */
class ExistingDataSourceTest {
  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aPoolWithoutAutocommitIsUsedAndGivenBackAsItWas(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting);
        HikariDataSource pool = poolOfOne(premises)) {
      try (Shop shop = setting.adapter().adopt(pool, Options.DEFAULT);
          DBOS dbos = new Checkout(shop, new Journey()).launch(premises.site().systemUrl())) {
        assertThat(dbos.run(CHECKOUT, "tea")).isEqualTo(9);
        assertThatThrownBy(() -> dbos.run(CHECKOUT, Checkout.UNICORN))
            .isInstanceOf(WorkflowFailedException.class)
            .hasCauseExactlyInstanceOf(SoldOutException.class);
        assertThat(shop.<Integer>call("reserve", tables -> tables.reserve("tea"))).isEqualTo(8);
      }

      assertThat(pool.isClosed()).isFalse();
      assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
      try (Connection connection = pool.getConnection()) {
        assertThat(connection.getAutoCommit()).isFalse();
      }
      assertThat(premises.ledger().reservations()).isEqualTo(2);
      assertThat(premises.ledger().recordedSteps("reserve")).isEqualTo(2);
    }
  }

  private static HikariDataSource poolOfOne(Premises premises) {
    DatabaseUrl url = DatabaseUrl.parse(premises.site().applicationUrl());
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl(url.jdbcUrl());
    url.user().ifPresent(config::setUsername);
    url.password().ifPresent(config::setPassword);
    config.setAutoCommit(false);
    config.setMaximumPoolSize(1);
    config.setConnectionTimeout(10_000);
    return new HikariDataSource(config);
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void poolsOfOneConnectionAreEnoughForManyWorkflows(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      PoolOptions one = PoolOptions.DEFAULT.withMaximumSize(1);
      Shop shop = premises.shop(with(builder -> builder.pool(one)));
      premises.ledger().application().execute("update stock set quantity = 100");
      DBOS dbos =
          premises.launch(
              builder ->
                  builder
                      .systemDatabasePool(one)
                      .datasource(shop.datasource())
                      .workflow(CHECKOUT, sku -> reserveTwice(shop, Objects.requireNonNull(sku))));

      List<Integer> left = new ArrayList<>();
      IntStream.range(0, 20)
          .mapToObj(customer -> dbos.start(CHECKOUT, "tea"))
          .toList()
          .forEach(handle -> left.add(handle.result(Eventually.PATIENCE)));

      assertThat(left).hasSize(20).doesNotHaveDuplicates();
      assertThat(premises.ledger().reservations()).isEqualTo(40);
      assertThat(premises.ledger().stockOf("tea")).isEqualTo(60);
    }
  }

  private static int reserveTwice(Shop shop, String sku) throws Exception {
    int one = shop.callAsync("reserve", tables -> tables.reserve(sku)).get();
    return Math.min(one, shop.call("reserve", tables -> tables.reserve(sku)));
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#postgres")
  void transactionsAreSerializableUnlessTheyAskForSomethingElse(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting);
        HikariDataSource pool = poolOfOne(premises)) {
      Shop shop = premises.shop();
      Shop relaxed =
          premises.shop(
              with(builder -> builder.name("relaxed").isolation(IsolationLevel.REPEATABLE_READ)));
      Shop adopted = premises.keep(setting.adapter().adopt(pool, Options.DEFAULT));
      TransactionOptions readCommitted =
          TransactionOptions.DEFAULT.withIsolation(IsolationLevel.READ_COMMITTED);

      assertThat(isolation(shop, TransactionOptions.DEFAULT)).isEqualTo("serializable");
      assertThat(isolation(adopted, TransactionOptions.DEFAULT)).isEqualTo("serializable");
      assertThat(isolation(relaxed, TransactionOptions.DEFAULT)).isEqualTo("repeatable read");
      for (Shop any : List.of(shop, adopted, relaxed)) {
        assertThat(isolation(any, readCommitted)).isEqualTo("read committed");
        assertThat(isolation(any, readCommitted.withReadOnly())).isEqualTo("read committed");
      }
      assertThat(Replay.of(premises, () -> isolation(shop, readCommitted)).replayed())
          .isEqualTo("read committed");
    }
  }

  private static String isolation(Shop shop, TransactionOptions options) throws Exception {
    return shop.call(
        "look", options, tables -> String.valueOf(tables.value("show transaction_isolation")));
  }

  /** Settings beside the name. */
  private static Options with(Change change) {
    return new Options() {
      @Override
      public <B extends DatasourceBuilder<B, ?>> B applyTo(B builder) {
        change.apply(builder.name("shop"));
        return builder;
      }
    };
  }

  /** A change of a builder. */
  @FunctionalInterface
  private interface Change {
    DatasourceBuilder<?, ?> apply(DatasourceBuilder<?, ?> builder);
  }
}
