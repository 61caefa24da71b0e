package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WaitTimeoutException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WorkflowIdTest {
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);
  private static final WorkflowDefinition<String, String> REFUND =
      WorkflowDefinition.of("refund", String.class, String.class);
  private static final int CUSTOMERS = 20;

  private final AtomicInteger charges = new AtomicInteger();

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(
            CHECKOUT,
            order -> Workflow.callStep("charge", () -> order + " #" + charges.incrementAndGet()))
        .workflow(REFUND, order -> "refunded " + order);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theSameIdIsTheSameRunAndTheSecondInputIsIgnored(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      StartOptions id = StartOptions.id("order-42");

      assertThat(dbos.run(CHECKOUT, "tea", id)).isEqualTo("tea #1");
      assertThat(dbos.run(CHECKOUT, "coffee", id)).isEqualTo("tea #1");
      assertThat(dbos.start(CHECKOUT, "coffee", id).result()).isEqualTo("tea #1");
      assertThat(charges).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theSameIdFromManyThreadsAtOnceRunsTheBodyOnce(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch();
        ExecutorService customers = Executors.newFixedThreadPool(CUSTOMERS)) {
      CyclicBarrier together = new CyclicBarrier(CUSTOMERS);
      List<Future<String>> receipts = new ArrayList<>();
      for (int i = 0; i < CUSTOMERS; i++) {
        String order = "order of customer " + i;
        boolean waits = i % 2 == 0;
        Callable<String> customer =
            () -> {
              together.await();
              StartOptions id = StartOptions.id("order-7");
              return waits
                  ? dbos.run(CHECKOUT, order, id)
                  : dbos.start(CHECKOUT, order, id).result();
            };
        receipts.add(customers.submit(customer));
      }

      String first = receipts.getFirst().get();
      for (Future<String> receipt : receipts) {
        assertThat(receipt.get()).isEqualTo(first).endsWith("#1");
      }
      assertThat(charges).hasValue(1);
      assertThat(dbos.list(WorkflowQuery.all())).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theIdOfAnotherWorkflowIsRefused(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-42"));

      assertThatThrownBy(() -> dbos.start(REFUND, "tea", StartOptions.id("order-42")))
          .isInstanceOf(WorkflowConflictException.class)
          .hasMessage(
              "Workflow id order-42 belongs to a workflow named checkout; it cannot be started as"
                  + " refund. Choose another id.");
      assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("tea #1");
    }
  }

  @Test
  void aBlankIdIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StartOptions.id("  "))
        .withMessage("A workflow id must not be blank.");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withoutAnIdEachStartIsAnotherRun(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      WorkflowHandle<String> first = dbos.start(CHECKOUT, "tea");
      WorkflowHandle<String> second = dbos.start(CHECKOUT, "tea");

      assertThat(UUID.fromString(first.id())).isNotEqualTo(UUID.fromString(second.id()));
      assertThat(List.of(first.result(), second.result()))
          .containsExactlyInAnyOrder("tea #1", "tea #2");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRunningWorkflowKnowsItsId(Product product) {
    WorkflowDefinition<Void, String> whoAmI =
        WorkflowDefinition.of("who am I", Void.class, String.class);
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).workflow(whoAmI, none -> Workflow.id()).launch()) {
      assertThat(dbos.run(whoAmI, null, StartOptions.id("me"))).isEqualTo("me");
      WorkflowHandle<String> started = dbos.start(whoAmI);
      assertThat(started.result()).isEqualTo(started.id());
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theStatusTellsWhoRanItAndWhen(Product product) {
    SettableClock clock = new SettableClock();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site).clock(clock).executorId("till-1").applicationVersion("v7").launch()) {
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-42"));

      WorkflowStatus status = dbos.status("order-42").orElseThrow();
      assertThat(status.name()).isEqualTo("checkout");
      assertThat(status.state()).isEqualTo(WorkflowState.SUCCESS);
      assertThat(status.attempts()).isEqualTo(1);
      assertThat(status.executorId()).contains("till-1");
      assertThat(status.parentId()).isEmpty();
      assertThat(status.origin().applicationName()).isEqualTo("tea-shop");
      assertThat(status.origin().applicationVersion()).isEqualTo("v7");
      assertThat(status.createdAt()).isEqualTo(clock.instant());
      assertThat(status.completedAt()).contains(clock.instant());
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void stepsAreListedWithNamesPositionsAndTimes(Product product) {
    SettableClock clock = new SettableClock();
    WorkflowDefinition<Void, Void> pack = WorkflowDefinition.of("pack", Void.class, Void.class);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .clock(clock)
                .workflow(
                    pack,
                    none -> {
                      Workflow.runStep("fetch box", () -> clock.advance(Duration.ofSeconds(3)));
                      Workflow.runStep("fetch box", () -> clock.advance(Duration.ofSeconds(4)));
                      return Nothing.nothing();
                    })
                .launch()) {
      Instant before = clock.instant();
      dbos.run(pack, null, StartOptions.id("parcel-1"));

      List<StepStatus> steps = dbos.steps("parcel-1");
      assertThat(steps).extracting(StepStatus::name).containsExactly("fetch box", "fetch box");
      assertThat(steps).extracting(StepStatus::stepId).containsExactly(0, 1);
      assertThat(steps.get(0).startedAt()).contains(before);
      assertThat(steps.get(0).completedAt()).contains(before.plusSeconds(3));
      assertThat(steps.get(1).completedAt()).contains(before.plusSeconds(7));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void listingNarrowsByNameStateAndNumber(Product product) {
    CountDownLatch open = new CountDownLatch(1);
    WorkflowDefinition<Void, Void> waiting =
        WorkflowDefinition.of("wait for opening", Void.class, Void.class);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    waiting,
                    none -> {
                      Eventually.open(open);
                      return Nothing.nothing();
                    })
                .launch()) {
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-2"));
      WorkflowHandle<Void> early = dbos.start(waiting);

      assertThat(dbos.list(WorkflowQuery.all().withName("checkout")))
          .extracting(WorkflowStatus::id)
          .containsExactly("order-1", "order-2");
      assertThat(dbos.list(WorkflowQuery.all().withStatus(WorkflowState.PENDING)))
          .extracting(WorkflowStatus::id)
          .containsExactly(early.id());
      assertThat(dbos.list(WorkflowQuery.all().withLimit(1)))
          .extracting(WorkflowStatus::id)
          .containsExactly("order-1");
      assertThatThrownBy(() -> early.result(Duration.ofMillis(1)))
          .isInstanceOf(WaitTimeoutException.class)
          .hasMessage("Workflow " + early.id() + " did not end within 1 ms; it goes on.");
      open.countDown();
      assertThat(early.result()).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anUnknownIdIsSaidToBeUnknown(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      assertThat(dbos.status("order-99")).isEmpty();
      assertThat(dbos.steps("order-99")).isEmpty();
      assertThatThrownBy(() -> dbos.retrieve("order-99", String.class))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage("There is no workflow with id order-99 in the system database.");
    }
  }
}
