package dev.dbos.conformance.workflows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.DbosClosedException;
import dev.dbos.observe.Health;
import dev.dbos.testing.TcpProxy;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class CloseTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> SHIP =
      WorkflowDefinition.of("ship", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final Duration SOON = Duration.ofSeconds(30);

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, checkout)
        .workflow(SHIP, none -> "shipped");
  }

  private static Duration timeToClose(DBOS dbos) {
    long begin = System.nanoTime();
    dbos.close();
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void runningWorkflowsAreLetToTheirEnd(Product product) {
    try (Site site = Site.of(product)) {
      DBOS dbos =
          shop(
                  site,
                  none -> {
                    reached.countDown();
                    Eventually.open(goOn);
                    return Workflow.callStep("charge", () -> "charged");
                  })
              .closeTimeout(Eventually.BOUND)
              .launch();
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      Thread closing = Thread.ofVirtual().start(dbos::close);
      Eventually.holds("close waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
      assertThatThrownBy(() -> dbos.start(CHECKOUT)).isInstanceOf(DbosClosedException.class);
      goOn.countDown();
      Eventually.holds("closed", () -> !closing.isAlive());

      try (DBOS next = shop(site, none -> "not run again").launch()) {
        assertThat(next.retrieve(order.id(), String.class).result()).isEqualTo("charged");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatTakesTooLongStaysPendingAndGoesOnAtTheNextLaunch(Product product) {
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    try (Site site = Site.of(product)) {
      DBOS dbos =
          shop(
                  site,
                  none -> {
                    Workflow.runStep("reserve", () -> {});
                    reached.countDown();
                    Eventually.open(goOn);
                    Workflow.runStep("charge", () -> {});
                    return "too late";
                  })
              .closeTimeout(Duration.ofMillis(50))
              .launch();
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Thread waiter = Thread.ofVirtual().start(() -> seen.set(catchThrowable(order::result)));
      Eventually.open(reached);
      assertThat(timeToClose(dbos)).isLessThan(SOON);
      goOn.countDown();
      Eventually.holds("the waiter is told", () -> !waiter.isAlive());
      assertThat(seen.get())
          .isInstanceOf(DbosClosedException.class)
          .hasMessage(
              "Workflow order-42 was left unfinished because this DBOS is closing or its thread"
                  + " was interrupted. It stays PENDING and goes on at the next launch.");

      try (DBOS next = shop(site, none -> Workflow.callStep("reserve", () -> "")).launch()) {
        assertThat(next.retrieve("order-42", String.class).result()).isNull();
        assertThat(next.status("order-42").orElseThrow().attempts()).isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void sleepersAndWaitersLeaveAtOnce(Product product) {
    try (Site site = Site.of(product)) {
      DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .closeTimeout(Eventually.BOUND)
              .workflow(CHECKOUT, none -> requireNonNull(Workflow.start(SHIP).result()))
              .workflow(
                  SHIP,
                  none -> {
                    Workflow.sleep(Duration.ofDays(1));
                    return "shipped";
                  })
              .launch();
      dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42-0").size() == 1);

      assertThat(timeToClose(dbos)).isLessThan(SOON);
      try (DBOS next = shop(site, none -> "awake").executorId("other").launch()) {
        assertThat(next.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
        assertThat(next.status("order-42-0").orElseThrow().state())
            .isEqualTo(WorkflowState.PENDING);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatWantsToStartAChildDuringTheCloseIsLeftForTheNextLaunch(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> checkout =
        none -> {
          reached.countDown();
          Eventually.open(goOn);
          try {
            return requireNonNull(Workflow.start(SHIP).result());
          } catch (RuntimeException e) {
            return "not shipped: " + e.getMessage();
          }
        };
    try (Site site = Site.of(product)) {
      DBOS dbos = shop(site, checkout).closeTimeout(Eventually.BOUND).launch();
      dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      Thread closing = Thread.ofVirtual().start(dbos::close);
      Eventually.holds("close waits", () -> closing.getState() == Thread.State.TIMED_WAITING);
      goOn.countDown();
      Eventually.holds("closed", () -> !closing.isAlive());

      try (DBOS next = shop(site, checkout).launch()) {
        assertThat(next.retrieve("order-42", String.class).result()).isEqualTo("shipped");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepThatWaitsForAnotherWorkflowIsNotFailedByTheClose(Product product) {
    try (Site site = Site.of(product)) {
      AtomicReference<@Nullable DBOS> self = new AtomicReference<>();
      WorkflowFunction<@Nullable Void, @Nullable String> checkout =
          none ->
              Workflow.callStep(
                  "wait for shipment",
                  () -> {
                    reached.countDown();
                    Eventually.holds("launched", () -> self.get() != null);
                    DBOS dbos = requireNonNull(self.get());
                    return requireNonNull(dbos.retrieve("elsewhere", String.class).result());
                  });
      DBOS dbos = shop(site, checkout).closeTimeout(Duration.ZERO).launch();
      self.set(dbos);
      dbos.run(SHIP, null, StartOptions.id("elsewhere"));
      SystemRows rows = SystemRows.of(site);
      rows.forgetTheEndOf("elsewhere");
      dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      dbos.close();
      self.set(null);

      try (DBOS next = shop(site, checkout).launch()) {
        self.set(next);
        assertThat(next.retrieve("order-42", String.class).result()).isEqualTo("shipped");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void afterCloseNothingStartsAndClosingAgainIsFine(Product product) {
    try (Site site = Site.of(product)) {
      DBOS dbos = shop(site, none -> "").launch();
      dbos.close();
      dbos.close();

      String closed =
          "This DBOS has been closed; nothing can be started. Workflows that had not ended stay"
              + " PENDING and go on at the next launch.";
      assertThatThrownBy(() -> dbos.start(CHECKOUT))
          .isInstanceOf(DbosClosedException.class)
          .hasMessage(closed);
      assertThatThrownBy(() -> dbos.run(CHECKOUT))
          .isInstanceOf(DbosClosedException.class)
          .hasMessage(closed);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noThreadIsLeftAndTheUsersDatasourceStaysOpen(Product product) {
    Set<String> before = threads();
    try (Site site = Site.of(product);
        JdbcDatasource stock = JdbcDatasource.builder(site.anotherUrl()).name("stock").build()) {
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .datasource(stock)
              .workflow(CHECKOUT, none -> stock.callTransaction("look", tx -> "looked"))
              .workflow(SHIP, none -> Workflow.callStepAsync("pack", () -> "packed").get())
              .launch()) {
        assertThat(dbos.run(CHECKOUT)).isEqualTo("looked");
        assertThat(dbos.start(SHIP).result()).isEqualTo("packed");
        assertThat(catchThrowable(() -> dbos.retrieve("x", String.class))).isNotNull();
      }
      Eventually.holds(
          "only the datasource's threads are left",
          () ->
              threads().stream()
                  .filter(name -> name.startsWith("dbos"))
                  .filter(name -> !name.contains("stock"))
                  .allMatch(before::contains));

      assertThat(stock.<String, RuntimeException>callTransaction("look", tx -> "still open"))
          .isEqualTo("still open");
    }
  }

  private static Set<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .collect(Collectors.toSet());
  }

  @Test
  void closeIsBoundedWhileTheDatabaseIsAway() {
    try (Site site = Site.of(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy()) {
      String url = TestPostgres.shared().url(Site.databaseName(site.systemUrl()), proxy);
      DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(url)
              .systemDatabasePool(PoolOptions.DEFAULT.withConnectionTimeout(Duration.ofSeconds(2)))
              .closeTimeout(Duration.ofMillis(100))
              .workflow(
                  CHECKOUT,
                  none -> {
                    reached.countDown();
                    Eventually.open(goOn);
                    return Workflow.callStep("charge", () -> "charged");
                  })
              .launch();
      dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      proxy.refuse();
      proxy.cutAll();
      goOn.countDown();

      assertThat(timeToClose(dbos)).isLessThan(Duration.ofSeconds(30));
      try (DBOS next = shop(site, none -> "charged later").launch()) {
        assertThat(next.retrieve("order-42", String.class).result()).isEqualTo("charged later");
      }
    }
  }

  /** Each background thread hangs in the middle of something then, and is waited for. */
  @Test
  void closeIsBoundedWhileTheDatabaseDoesNotAnswer() {
    try (Site site = Site.of(Product.POSTGRESQL);
        TcpProxy proxy = TestPostgres.shared().proxy();
        JdbcDatasource stock = JdbcDatasource.create(site.anotherUrl())) {
      String url = TestPostgres.shared().url(Site.databaseName(site.systemUrl()), proxy);
      DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(url)
              .systemDatabasePool(
                  PoolOptions.DEFAULT
                      .withMaximumSize(16)
                      .withConnectionTimeout(Duration.ofSeconds(60)))
              .closeTimeout(Duration.ofMillis(100))
              .datasource(stock)
              .retention(Retention.age(Duration.ofDays(1)).withInterval(Duration.ofSeconds(1)))
              .schedule(Schedule.of("report", "0 0 3 * * *", ScheduleFixture.REPORT, "tea"))
              .workflow(ScheduleFixture.REPORT, tick -> "reported")
              .launch();
      proxy.blackHole();
      Eventually.holds(
          "hanging", () -> dbos.health(Duration.ofMillis(200)).status() == Health.Status.DOWN);

      assertThat(timeToClose(dbos)).isLessThan(Duration.ofSeconds(45));
    }
  }
}
