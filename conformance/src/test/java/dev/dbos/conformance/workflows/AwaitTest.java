package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.DbosClosedException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Waiting for workflows and what ends a wait. */
@Timeout(300)
class AwaitTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final WorkflowDefinition<String, String> PARCEL =
      WorkflowDefinition.of("parcel", String.class, String.class);
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private final Map<String, CountDownLatch> delivered = new ConcurrentHashMap<>();

  private CountDownLatch delivered(String parcel) {
    return delivered.computeIfAbsent(parcel, name -> new CountDownLatch(1));
  }

  private DbosBuilder shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .workflow(
            PARCEL,
            name -> {
              Eventually.open(delivered(String.valueOf(name)));
              if (String.valueOf(name).startsWith("lost")) {
                throw new IllegalStateException(name + " is gone");
              }
              return name + " delivered";
            })
        .workflow(CHECKOUT, checkout);
  }

  private static WorkflowHandle<String> parcel(DBOS dbos, String name) {
    return dbos.start(PARCEL, name, StartOptions.id(name));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theFirstOfManyIsTheOneThatEnds(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      List<WorkflowHandle<String>> parcels =
          List.of(parcel(dbos, "tea"), parcel(dbos, "milk"), parcel(dbos, "lost sugar"));
      CompletableFuture<WorkflowHandle<String>> first =
          CompletableFuture.supplyAsync(() -> dbos.awaitFirst(parcels));
      delivered("milk").countDown();

      assertThat(first.join().id()).isEqualTo("milk");
      delivered("lost sugar").countDown();
      Eventually.holds(
          "it failed",
          () -> dbos.status("lost sugar").orElseThrow().state() == WorkflowState.ERROR);
      // Of several that have ended the first in the order of the handles.
      assertThat(dbos.awaitFirst(parcels).id()).isEqualTo("milk");
      assertThat(dbos.awaitFirst(List.of(parcels.get(0), parcels.get(2))).id())
          .isEqualTo("lost sugar");
      delivered("tea").countDown();
      assertThatThrownBy(() -> dbos.awaitFirst(List.<WorkflowHandle<String>>of()))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Workflows.awaitFirst needs at least one handle to wait for.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void allOfManyAreTheirResultsOrTheFirstFailure(Product product) {
    List.of("tea", "milk", "lost sugar", "lost honey").forEach(n -> delivered(n).countDown());
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      WorkflowHandle<String> tea = parcel(dbos, "tea");
      WorkflowHandle<String> milk = parcel(dbos, "milk");

      assertThat(dbos.awaitAll(List.of(milk, tea)))
          .containsExactly("milk delivered", "tea delivered");
      assertThatThrownBy(
              () ->
                  dbos.awaitAll(
                      List.of(tea, parcel(dbos, "lost sugar"), parcel(dbos, "lost honey"))))
          .isInstanceOf(WorkflowFailedException.class)
          .hasMessageContaining("lost sugar is gone")
          .satisfies(
              failure ->
                  assertThat(failure.getSuppressed())
                      .singleElement()
                      .asString()
                      .contains("lost honey is gone"));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAWorkflowTheFirstIsRecorded(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none -> {
          List<WorkflowHandle<String>> parcels =
              List.of(
                  Workflow.start(PARCEL, "tea", StartOptions.id("tea")),
                  Workflow.start(PARCEL, "milk", StartOptions.id("milk")));
          String first = Workflow.awaitFirst(parcels).id();
          delivered("tea").countDown();
          return first + " first, then " + Workflow.awaitAll(parcels);
        };
    String expected = "milk first, then [tea delivered, milk delivered]";
    try (Site site = Site.of(product)) {
      delivered("milk").countDown();
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo(expected);
        assertThat(dbos.steps("order-42"))
            .extracting(StepStatus::name)
            .containsExactly(
                "parcel", "parcel", "DBOS.waitFirst", "DBOS.getResult", "DBOS.getResult");
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
      // Now both have ended, and the first in order would be another one.
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo(expected);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aResultThatDoesNotComeInTimeIsRecordedAsThat(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> body =
        none -> {
          WorkflowHandle<String> tea = Workflow.start(PARCEL, "tea", StartOptions.id("tea"));
          try {
            return tea.result(Duration.ofMillis(50));
          } catch (WaitTimeoutException elapsed) {
            return elapsed.workflowId() + " took more than " + elapsed.timeout().toMillis();
          }
        };
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("tea took more than 50");
        delivered("tea").countDown();
        assertThat(dbos.retrieve("tea", String.class).result()).isEqualTo("tea delivered");
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
      try (DBOS dbos = shop(site, body).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result())
            .isEqualTo("tea took more than 50");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aResultOfAWorkflowOfAnotherProcessIsWaitedFor(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch();
        DBOS other = shop(site, none -> "").executorId("other").launch()) {
      parcel(dbos, "tea");
      WorkflowHandle<String> seen = other.retrieve("tea", String.class);
      CompletableFuture<String> result = CompletableFuture.supplyAsync(seen::result);
      assertThatThrownBy(() -> seen.result(Duration.ofMillis(20)))
          .isInstanceOf(WaitTimeoutException.class)
          .hasMessage("Workflow tea did not end within 20 ms; it goes on.");
      delivered("tea").countDown();

      assertThat(result.get(60, TimeUnit.SECONDS)).isEqualTo("tea delivered");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theResultOfAWorkflowThatIsDeletedMeanwhileIsNotWaitedFor(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch();
        DBOS other = shop(site, none -> "").executorId("other").launch()) {
      parcel(dbos, "tea");
      WorkflowHandle<String> seen = other.retrieve("tea", String.class);
      CompletableFuture<String> result = CompletableFuture.supplyAsync(seen::result);
      SystemRows.of(site).change("DELETE FROM workflow_status WHERE workflow_uuid = 'tea'");

      assertThatThrownBy(() -> result.get(60, TimeUnit.SECONDS))
          .cause()
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage(
              "There is no workflow with id tea in the system database: it was never started, or it"
                  + " was deleted.");
      delivered("tea").countDown();
    }
  }

  private static String waitForMessage(@Nullable Void none) {
    return Workflow.receive(String.class, LONG).orElse("-");
  }

  private static String waitForEvent(@Nullable Void none) {
    return Workflow.getEvent("tea", "status", String.class, LONG).orElse("-");
  }

  private static String sleep(@Nullable Void none) {
    Workflow.sleep(LONG);
    return "awake";
  }

  private static String waitForResult(@Nullable Void none) {
    return Workflow.start(PARCEL, "tea", StartOptions.id("tea")).result();
  }

  private static final List<WorkflowFunction<@Nullable Void, @Nullable String>> WAITS =
      List.of(
          AwaitTest::waitForMessage,
          AwaitTest::waitForEvent,
          AwaitTest::sleep,
          AwaitTest::waitForResult);

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCancellationEndsEveryWaitAtOnce(Product product) {
    // Who only looks for it now and then needs longer than that, again and again.
    Duration atOnce = Duration.ofSeconds(3);
    for (WorkflowFunction<@Nullable Void, @Nullable String> wait : WAITS) {
      Duration took = endOfCancelled(product, wait);
      for (int again = 0; again < 3 && took.compareTo(atOnce) >= 0; again++) {
        took = endOfCancelled(product, wait);
      }
      assertThat(took).isLessThan(atOnce);
    }
  }

  /** How long a cancelled workflow goes on. */
  private Duration endOfCancelled(
      Product product, WorkflowFunction<@Nullable Void, @Nullable String> wait) {
    delivered.clear();
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, wait).launch()) {
      parcel(dbos, "tea");
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("it waits", () -> !dbos.steps("order-42").isEmpty());
      long begin = System.nanoTime();
      dbos.cancel("order-42");

      assertThatThrownBy(order::result)
          .isInstanceOf(WorkflowCancelledException.class)
          .hasMessage("Workflow order-42 was cancelled.");
      Duration took = Duration.ofNanos(System.nanoTime() - begin);
      assertThat(dbos.steps("order-42")).hasSize(1);
      delivered("tea").countDown();
      return took;
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCancellationElsewhereEndsAWaitSoon(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, AwaitTest::sleep).launch();
        DBOS other = shop(site, AwaitTest::sleep).executorId("other").launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("it sleeps", () -> !dbos.steps("order-42").isEmpty());
      other.cancel("order-42");

      assertThatThrownBy(() -> order.result(Eventually.BOUND))
          .isInstanceOf(WorkflowCancelledException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCancellationByAnotherImplementationEndsAWaitSoon(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, AwaitTest::waitForMessage).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("it waits", () -> !dbos.steps("order-42").isEmpty());
      SystemRows.of(site).change("UPDATE workflow_status SET status = 'CANCELLED'");

      assertThatThrownBy(() -> order.result(Eventually.BOUND))
          .isInstanceOf(WorkflowCancelledException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void closingEndsEveryWaitAtOnceAndLeavesTheRestForTheNextLaunch(Product product) {
    for (WorkflowFunction<@Nullable Void, @Nullable String> wait :
        List.<WorkflowFunction<@Nullable Void, @Nullable String>>of(
            AwaitTest::waitForMessage, AwaitTest::sleep)) {
      try (Site site = Site.of(product)) {
        DBOS dbos = shop(site, wait).closeTimeout(Eventually.BOUND).launch();
        DBOS other = shop(site, wait).executorId("other").launch();
        dbos.start(CHECKOUT, null, ORDER);
        Eventually.holds("it waits", () -> !dbos.steps("order-42").isEmpty());
        CountDownLatch asks = new CountDownLatch(1);
        CompletableFuture<Object> outside =
            CompletableFuture.supplyAsync(
                () -> {
                  asks.countDown();
                  return other.getEvent("order-42", "status", String.class, LONG);
                });
        Eventually.open(asks);
        long begin = System.nanoTime();
        dbos.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(30));
        other.close();

        assertThat(states(site)).containsOnly("PENDING");
        assertThatThrownBy(() -> outside.get(60, TimeUnit.SECONDS))
            .cause()
            .isInstanceOf(DbosClosedException.class);
      }
    }
  }

  private static List<String> states(Site site) {
    return SystemRows.of(site).query("SELECT status FROM workflow_status");
  }
}
