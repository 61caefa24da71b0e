package dev.dbos.conformance.workflows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class CancelTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> SHIP =
      WorkflowDefinition.of("ship", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> PACK =
      WorkflowDefinition.of("pack", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final Duration YEAR = Duration.ofDays(365);

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, checkout);
  }

  private static void assertCancelled(WorkflowHandle<?> workflow) {
    assertThatThrownBy(() -> workflow.result(Eventually.BOUND))
        .isInstanceOfSatisfying(
            WorkflowCancelledException.class,
            e -> assertThat(e.workflowId()).isEqualTo(workflow.id()))
        .hasMessage("Workflow " + workflow.id() + " was cancelled.");
    assertThat(workflow.status().state()).isEqualTo(WorkflowState.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aSleepEndsAtOnce(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.runStep("reserve", () -> {});
                      Workflow.sleep(YEAR);
                      return Workflow.callStep("charge", () -> "charged");
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 2);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("reserve", "DBOS.sleep");
      assertThat(order.status().completedAt()).isPresent();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aBodyThatCatchesExceptionsDoesNotSwallowIt(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      try {
                        Workflow.sleep(YEAR);
                      } catch (Exception swallowed) {
                        done.add("swallowed " + swallowed);
                      }
                      done.add("went on");
                      return "shipped";
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertThat(done).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepThatIsUnderWayEndsAndIsRecordedAndNothingFollowsIt(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.runStep(
                          "reserve",
                          () -> {
                            reached.countDown();
                            Eventually.open(goOn);
                          });
                      return Workflow.callStep("charge", () -> "charged");
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      dbos.cancel("order-42");
      goOn.countDown();

      assertCancelled(order);
      Eventually.holds("recorded", () -> !dbos.steps("order-42").isEmpty());
      assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsExactly("reserve");
      assertThat(dbos.steps("order-42").getFirst().payload().isError()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoWaitsForItDoesNotWaitForAStepThatTakesLong(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        Workflow.callStep(
                            "reserve",
                            () -> {
                              reached.countDown();
                              Eventually.open(goOn);
                              return "reserved";
                            }))
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      CompletableFuture<Void> waiter =
          CompletableFuture.runAsync(() -> assertCancelled(order), Thread::startVirtualThread);
      dbos.cancel("order-42");

      assertCancelled(order);
      assertCancelled(dbos.retrieve("order-42", String.class));
      waiter.join();
      assertThat(dbos.steps("order-42")).isEmpty();
      goOn.countDown();
      Eventually.holds("recorded", () -> !dbos.steps("order-42").isEmpty());
      dbos.resume("order-42");
      assertThat(order.result()).isEqualTo("reserved");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWaitForAChildEndsAndTheChildGoesOn(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site, none -> requireNonNull(Workflow.start(SHIP).result()))
                .workflow(
                    SHIP,
                    none -> {
                      reached.countDown();
                      Eventually.open(goOn);
                      return "shipped";
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      dbos.cancel("order-42");

      assertCancelled(order);
      goOn.countDown();
      assertThat(dbos.retrieve("order-42-0", String.class).result()).isEqualTo("shipped");
      assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsExactly("ship");
    }
  }

  private DbosBuilder family(Site site) {
    return shop(site, none -> requireNonNull(Workflow.start(SHIP).result()))
        .workflow(SHIP, none -> requireNonNull(Workflow.start(PACK).result()))
        .workflow(
            PACK,
            none -> {
              reached.countDown();
              Workflow.sleep(YEAR);
              return "packed";
            });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withItsChildrenAWholeTreeIsCancelled(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = family(site).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      dbos.cancel("order-42", Reach.WITH_CHILDREN);

      assertCancelled(order);
      assertCancelled(dbos.retrieve("order-42-0", String.class));
      assertCancelled(dbos.retrieve("order-42-0-0", String.class));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatWasCancelledTogetherDoesNotRecordTheEndOfEachOther(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = family(site).launch()) {
        List<String> orders = IntStream.range(0, 20).mapToObj(each -> "order-" + each).toList();
        orders.forEach(order -> dbos.start(CHECKOUT, null, StartOptions.id(order)));
        Eventually.holds(
            "all asleep",
            () -> orders.stream().noneMatch(order -> dbos.steps(order + "-0-0").isEmpty()));
        dbos.cancel(orders, Reach.WITH_CHILDREN);

        orders.forEach(order -> assertCancelled(dbos.retrieve(order, String.class)));
      }
      assertThat(SystemRows.of(site).query("SELECT DISTINCT status FROM workflow_status"))
          .containsExactly("CANCELLED");
      assertThat(SystemRows.of(site).query("SELECT DISTINCT function_name FROM operation_outputs"))
          .containsExactlyInAnyOrder("ship", "pack", "DBOS.sleep");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theCallerOfRunLearnsOfIt(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.sleep(YEAR);
                      return "shipped";
                    })
                .launch()) {
      Thread canceller =
          Thread.ofVirtual()
              .start(
                  () -> {
                    Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
                    dbos.cancel("order-42");
                  });
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .isInstanceOf(WorkflowCancelledException.class)
          .hasMessage("Workflow order-42 was cancelled.");
      canceller.join();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void manyAtOnceAndThoseThatHaveEndedOrNeverWereArePassedOver(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      if (Workflow.id().startsWith("slow")) {
                        Workflow.sleep(YEAR);
                      }
                      return "shipped";
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, StartOptions.id("quick"));
      WorkflowHandle<String> first = dbos.start(CHECKOUT, null, StartOptions.id("slow-1"));
      WorkflowHandle<String> second = dbos.start(CHECKOUT, null, StartOptions.id("slow-2"));

      dbos.cancel(List.of("quick", "slow-1", "slow-2", "never"));

      assertCancelled(first);
      assertCancelled(second);
      assertThat(dbos.status("quick").orElseThrow().state()).isEqualTo(WorkflowState.SUCCESS);
      assertThat(dbos.status("never")).isEmpty();
      assertThatCode(() -> dbos.cancel(List.of())).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatWaitsInAQueueNeverRuns(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      done.add(Workflow.id());
                      return "shipped";
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      SystemRows.of(site)
          .change(
              "UPDATE workflow_status SET status = 'ENQUEUED', queue_name = 'deliveries',"
                  + " started_at_epoch_ms = 1, deduplication_id = 'tea', completed_at = NULL");
      dbos.cancel("order-42");

      assertCancelled(dbos.retrieve("order-42", String.class));
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT count(*) FROM workflow_status WHERE queue_name IS NULL AND"
                          + " started_at_epoch_ms IS NULL AND deduplication_id IS NULL"))
          .containsExactly("1");
      assertThat(done).containsExactly("order-42");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAWorkflowItIsAStepAndHappensOnce(Product product) {
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      self[0].cancel("other");
                      reached.countDown();
                      Eventually.open(goOn);
                      return "cancelled it";
                    })
                .workflow(
                    SHIP,
                    none -> {
                      Workflow.sleep(YEAR);
                      return "shipped";
                    })
                .launch()) {
      self[0] = dbos;
      WorkflowHandle<String> other = dbos.start(SHIP, null, StartOptions.id("other"));
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      goOn.countDown();

      assertThat(order.result()).isEqualTo("cancelled it");
      assertCancelled(other);
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.cancelWorkflow");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatCancelsItselfStopsThere(Product product) {
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      self[0].cancel(Workflow.id());
                      return Workflow.callStep("charge", () -> "charged");
                    })
                .launch()) {
      self[0] = dbos;
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      assertCancelled(order);
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.cancelWorkflow");
      dbos.resume("order-42");
      assertThat(order.result()).isEqualTo("charged");
    }
  }
}
