package dev.dbos.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.datasource.TransactionOptions;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A workflow is cancelled, replaced or past its deadline while its transaction executes SQL. */
@Timeout(300)
class CancelledTransactionTest {
  private static final WorkflowDefinition<Void, String> ORDER =
      WorkflowDefinition.of("order", Void.class, String.class);
  private static final StartOptions ORDER_42 = StartOptions.id("order-42");

  private final CountDownLatch executing = new CountDownLatch(1);
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean slow = true;

  /** Would take hours. */
  private static String endless(Setting setting) {
    return switch (setting.product()) {
      case POSTGRESQL -> "select pg_sleep(36000)";
      case SQLITE ->
          "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";
    };
  }

  private int reserve(Setting setting, ShopTables tables) throws SQLException {
    int left = tables.reserve("tea");
    if (slow) {
      executing.countDown();
      tables.value(endless(setting));
    }
    done.add("reserve");
    return left;
  }

  private static void open(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
  }

  private static void assertCancelled(WorkflowHandle<?> order) {
    long begin = System.nanoTime();
    assertThatThrownBy(() -> order.result(Duration.ofSeconds(60)))
        .isInstanceOf(WorkflowCancelledException.class);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
    assertThat(order.status().state()).isEqualTo(WorkflowState.CANCELLED);
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void theStatementEndsNothingOfTheTransactionIsLeftAndAResumeRunsItAgain(Setting setting)
      throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none -> {
                        int left = shop.call("reserve", tables -> reserve(setting, tables));
                        Workflow.runStep("charge", () -> done.add("charge"));
                        return left + " left";
                      }));
      WorkflowHandle<String> order = dbos.start(ORDER, null, ORDER_42);
      open(executing);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertThat(done).isEmpty();
      assertThat(dbos.steps("order-42")).isEmpty();
      assertThat(premises.ledger().reservations()).isZero();
      assertThat(premises.ledger().outputRows()).isZero();

      slow = false;
      dbos.resume("order-42");
      assertThat(order.result()).isEqualTo("9 left");
      assertThat(done).containsExactly("reserve", "charge");
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void aBodyThatCatchesTheErrorOfTheStatementDoesNotGoOn(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none -> {
                        try {
                          shop.call(
                              "reserve",
                              tables -> {
                                try {
                                  return reserve(setting, tables);
                                } catch (Exception swallowed) {
                                  return tables.reserve("coffee");
                                }
                              });
                        } catch (Exception swallowed) {
                          done.add("swallowed");
                        }
                        done.add("went on");
                        return "shipped";
                      }));
      WorkflowHandle<String> order = dbos.start(ORDER, null, ORDER_42);
      open(executing);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertThat(done).isEmpty();
      assertThat(premises.ledger().reservations()).isZero();
      assertThat(dbos.steps("order-42")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#jooq")
  void aReadOnlyTransactionIsInterruptedToo(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none ->
                          shop.<String>call(
                              "count",
                              TransactionOptions.DEFAULT.withReadOnly(),
                              tables -> {
                                executing.countDown();
                                return String.valueOf(tables.value(endless(setting)));
                              })));
      WorkflowHandle<String> order = dbos.start(ORDER, null, ORDER_42);
      open(executing);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertThat(dbos.steps("order-42")).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#all")
  void withARowOfAnotherQueryStillOpen(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none ->
                          shop.<String>call(
                              "reserve",
                              tables -> {
                                Statement statement = tables.connection().createStatement();
                                ResultSet rows = statement.executeQuery("select sku from stock");
                                assertThat(rows.next()).isTrue();
                                return String.valueOf(reserve(setting, tables));
                              })));
      WorkflowHandle<String> order = dbos.start(ORDER, null, ORDER_42);
      open(executing);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertThat(premises.ledger().reservations()).isZero();
      shop.run("reserve", tables -> tables.reserve("coffee"));
      assertThat(premises.ledger().reservations()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#jooq")
  void aDeadlineInterruptsItAsWell(Setting setting) {
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none -> shop.call("reserve", tables -> reserve(setting, tables)) + " left"));
      WorkflowHandle<String> order =
          dbos.start(ORDER, null, ORDER_42.withTimeout(Duration.ofMillis(300)));

      assertCancelled(order);
      assertThat(premises.ledger().reservations()).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#jooq")
  void aTransactionInAStepIsNotInterrupted(Setting setting) throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Premises premises = Premises.of(setting)) {
      Shop shop = premises.shop();
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none -> {
                        Workflow.runStep(
                            "reserve",
                            () ->
                                shop.run(
                                    "plain",
                                    tables -> {
                                      inside.countDown();
                                      open(goOn);
                                      tables.reserve("tea");
                                    }));
                        return "shipped";
                      }));
      WorkflowHandle<String> order = dbos.start(ORDER, null, ORDER_42);
      open(inside);
      if (setting.product() == Product.SQLITE && !setting.isApart()) {
        goOn.countDown();
      }
      dbos.cancel("order-42");
      goOn.countDown();
      Eventually.await("reserved", () -> premises.ledger().reservations() == 1);
      if (setting.product() == Product.POSTGRESQL || setting.isApart()) {
        assertCancelled(order);
        Eventually.await("recorded", () -> !dbos.steps("order-42").isEmpty());
        assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsExactly("reserve");
      }
    }
  }

  /** A cancel that comes just when the statement ends must hit nothing else on the connection. */
  @ParameterizedTest
  @MethodSource("dev.dbos.conformance.Setting#jooq")
  void aLateCancelHitsNobodyElse(Setting setting) throws Exception {
    try (Premises premises = Premises.of(setting)) {
      Shop shop =
          premises.shop(
              new Adapter.Options() {
                @Override
                public <B extends dev.dbos.datasource.DatasourceBuilder<B, ?>> B applyTo(
                    B builder) {
                  return builder
                      .name("shop")
                      .pool(dev.dbos.datasource.PoolOptions.DEFAULT.withMaximumSize(1));
                }
              });
      DBOS dbos =
          premises.launch(
              builder ->
                  builder.workflow(
                      ORDER,
                      none -> {
                        for (int i = 0; i < 20_000; i++) {
                          shop.run("touch", tables -> tables.value("select 1"));
                        }
                        return "shipped";
                      }));
      for (int i = 0; i < 30; i++) {
        String id = "order-" + i;
        WorkflowHandle<String> order = dbos.start(ORDER, null, StartOptions.id(id));
        Eventually.await("begun", () -> !dbos.steps(id).isEmpty());
        dbos.cancel(id);
        // The only connection is used by somebody else at once.
        for (int n = 0; n < 5; n++) {
          assertThat(shop.<String>call("innocent", tables -> innocent(setting, tables)))
              .isEqualTo("1000");
        }
        assertCancelled(order);
      }
    }
  }

  private static String innocent(Setting setting, ShopTables tables) throws SQLException {
    return String.valueOf(
        tables.value(
            setting.product() == Product.POSTGRESQL
                ? "select count(*) from generate_series(1, 1000)"
                : "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)"
                    + " select count(*) from n"));
  }
}
