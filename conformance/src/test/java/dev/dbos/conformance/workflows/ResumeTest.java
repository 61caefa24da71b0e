package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.AttemptsExhaustedException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class ResumeTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final Duration YEAR = Duration.ofDays(365);

  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);
  private volatile boolean patient = true;

  private DbosBuilder shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, checkout);
  }

  /** Waits for a year after its first step, unless there is no patience any more. */
  private String checkout(@Nullable Void none) {
    Workflow.runStep("reserve", () -> done.add("reserve"));
    if (patient) {
      Workflow.sleep(YEAR);
    }
    return "shipped";
  }

  private void cancelAsleep(DBOS dbos, String id) {
    WorkflowHandle<String> order = dbos.start(CHECKOUT, null, StartOptions.id(id));
    Eventually.holds("asleep", () -> dbos.steps(id).size() == 2);
    dbos.cancel(id);
    assertThatThrownBy(order::result).isInstanceOf(WorkflowCancelledException.class);
  }

  /** As if the sleep had passed. */
  private static void wake(Site site) {
    SystemRows.of(site)
        .change("UPDATE operation_outputs SET output = '1' WHERE function_name = 'DBOS.sleep'");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCancelledWorkflowGoesOnAfterTheStepsItHadFinished(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, this::checkout).launch()) {
      cancelAsleep(dbos, "order-42");
      wake(site);
      dbos.resume("order-42");

      assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("shipped");
      assertThat(done).containsExactly("reserve");
      WorkflowStatus status = dbos.status("order-42").orElseThrow();
      assertThat(status.state()).isEqualTo(WorkflowState.SUCCESS);
      assertThat(status.attempts()).isEqualTo(1);
      assertThat(SystemRows.of(site).query("SELECT queue_name FROM workflow_status"))
          .containsExactly("_dbos_internal_queue");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRunningOneIsTakenFromItsRun(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, this::checkout).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 2);
      wake(site);
      dbos.resume("order-42");

      assertThat(order.result()).isEqualTo("shipped");
      assertThat(done).containsExactly("reserve");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatTheOldRunStillDoesDoesNotCount(Product product) {
    CountDownLatch both = new CountDownLatch(2);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      both.countDown();
                      if (both.getCount() == 1) {
                        reached.countDown();
                        Eventually.open(goOn);
                        return Workflow.callStep("ship", () -> "shipped by the old run");
                      }
                      return Workflow.callStep("ship", () -> "shipped by the new run");
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      dbos.resume("order-42");
      Eventually.open(both);
      Eventually.holds("ended", () -> order.status().state() == WorkflowState.SUCCESS);
      goOn.countDown();

      assertThat(order.result()).isEqualTo("shipped by the new run");
      assertThat(dbos.retrieve("order-42", String.class).result())
          .isEqualTo("shipped by the new run");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anEndThatComesAfterTheResumeIsNotWritten(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      done.add("run");
                      if (done.size() == 1) {
                        SystemRows.of(site)
                            .change(
                                "UPDATE workflow_status SET status = 'ENQUEUED', owner_xid = NULL,"
                                    + " queue_name = '_dbos_internal_queue'");
                        return "of the first run";
                      }
                      return "of the second run";
                    })
                .launch()) {
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("of the second run");
      assertThat(done).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void thoseThatSucceededOrFailedArePassedOver(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      done.add(Workflow.id());
                      if (Workflow.id().equals("faulty")) {
                        throw new IllegalStateException("no tea");
                      }
                      return "shipped";
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, StartOptions.id("faulty")))
          .isInstanceOf(WorkflowFailedException.class);
      List<String> before = SystemRows.of(site).query("SELECT updated_at FROM workflow_status");
      dbos.resume(List.of("order-42", "faulty"));

      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.SUCCESS);
      assertThat(dbos.status("faulty").orElseThrow().state()).isEqualTo(WorkflowState.ERROR);
      assertThat(SystemRows.of(site).query("SELECT updated_at FROM workflow_status"))
          .isEqualTo(before);
      assertThat(done).containsExactly("order-42", "faulty");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void unknownOnesAreAllNamedAndThenNoneIsResumed(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, this::checkout).launch()) {
      cancelAsleep(dbos, "order-42");
      assertThatThrownBy(() -> dbos.resume(List.of("order-43", "order-42", "order-44")))
          .isInstanceOfSatisfying(
              UnknownWorkflowException.class, e -> assertThat(e.workflowId()).isEqualTo("order-43"))
          .hasMessage(
              "There are no workflows with the ids order-43, order-44 in the system database.");
      assertThatThrownBy(() -> dbos.resume("order-43"))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage("There is no workflow with id order-43 in the system database.");
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anUnknownIdIsTheSameErrorOnReplay(Product product) {
    DBOS[] self = new DBOS[1];
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      try {
                        self[0].resume("order-43");
                      } catch (UnknownWorkflowException unknown) {
                        seen.add(unknown.workflowId() + ": " + unknown.getMessage());
                      }
                      if (patient) {
                        Workflow.sleep(YEAR);
                      }
                      return "shipped";
                    })
                .launch()) {
      self[0] = dbos;
      cancelAsleep(dbos, "order-42");
      patient = false;
      wake(site);
      dbos.start(CHECKOUT, null, StartOptions.id("order-43"));
      dbos.resume("order-42");
      dbos.retrieve("order-42", String.class).result();
      assertThat(seen)
          .containsExactly(
              "order-43: There is no workflow with id order-43 in the system database.",
              "order-43: There is no workflow with id order-43 in the system database.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void oneThatWasSetAsideRunsAgain(Product product) {
    WorkflowDefinition<Void, String> once = CHECKOUT.withMaxRecoveryAttempts(0);
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::checkout).launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 2);
      }
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .workflow(once, this::checkout)
              .launch()) {
        WorkflowHandle<String> order = dbos.retrieve("order-42", String.class);
        assertThatThrownBy(order::result).isInstanceOf(AttemptsExhaustedException.class);
        wake(site);
        dbos.resume("order-42");

        assertThat(order.result()).isEqualTo("shipped");
        assertThat(order.status().attempts()).isEqualTo(1);
        assertThat(done).containsExactly("reserve");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void moreThanOneBatchAtOnce(Product product) {
    List<String> orders = IntStream.range(0, 250).mapToObj(i -> "order-" + i).toList();
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, this::checkout).launch()) {
      orders.forEach(id -> dbos.start(CHECKOUT, null, StartOptions.id(id)));
      Eventually.holds(
          "all asleep",
          () ->
              SystemRows.of(site)
                  .query("SELECT count(*) FROM operation_outputs")
                  .equals(List.of("500")));
      dbos.cancel(orders);
      wake(site);
      dbos.resume(orders);

      for (String id : orders) {
        assertThat(dbos.retrieve(id, String.class).result()).isEqualTo("shipped");
      }
      assertThat(done).hasSize(250);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anotherProcessTakesItUpOnlyIfItIsOfTheSameApplicationAndVersion(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::checkout).applicationVersion("v1").launch()) {
        List.of("order-1", "order-2", "order-3", "order-4").forEach(id -> cancelAsleep(dbos, id));
      }
      wake(site);
      SystemRows rows = SystemRows.of(site);
      String enqueue =
          "UPDATE workflow_status SET status = 'ENQUEUED', queue_name = '_dbos_internal_queue'";
      rows.change(enqueue + " WHERE workflow_uuid = 'order-1'");
      rows.change(enqueue + ", application_version = 'v2' WHERE workflow_uuid = 'order-2'");
      rows.change(
          enqueue
              + ", application_version = NULL, application_name = NULL"
              + " WHERE workflow_uuid = 'order-3'");
      rows.change(enqueue + ", application_name = 'book-shop' WHERE workflow_uuid = 'order-4'");
      try (DBOS second =
          shop(site, this::checkout).applicationVersion("v2").executorId("till-2").launch()) {
        assertThat(second.retrieve("order-2", String.class).result()).isEqualTo("shipped");
        assertThat(second.retrieve("order-3", String.class).result()).isEqualTo("shipped");
        assertThat(
                rows.query(
                    "SELECT workflow_uuid FROM workflow_status WHERE application_version = 'v2' AND"
                        + " executor_id = 'till-2' AND application_name = 'tea-shop' AND"
                        + " started_at_epoch_ms IS NOT NULL ORDER BY 1"))
            .containsExactly("order-2", "order-3");
        assertThat(second.status("order-1").orElseThrow().state())
            .isEqualTo(WorkflowState.ENQUEUED);
        assertThat(second.status("order-4").orElseThrow().state())
            .isEqualTo(WorkflowState.ENQUEUED);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsNotRegisteredHereIsLeftInTheQueue(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::checkout).launch()) {
        cancelAsleep(dbos, "order-42");
      }
      WorkflowDefinition<Void, String> other =
          WorkflowDefinition.of("sweep", Void.class, String.class);
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .workflow(other, none -> "swept")
              .launch()) {
        dbos.resume("order-42");
        dbos.run(other);
        assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.ENQUEUED);
      }
      wake(site);
      try (DBOS dbos = shop(site, this::checkout).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("shipped");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aResumedOneThatIsInterruptedIsRecoveredAtTheNextLaunch(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::checkout).launch()) {
        cancelAsleep(dbos, "order-42");
        dbos.resume("order-42");
        Eventually.holds(
            "running",
            () -> dbos.status("order-42").orElseThrow().state() == WorkflowState.PENDING);
      }
      assertThat(SystemRows.of(site).query("SELECT status || queue_name FROM workflow_status"))
          .containsExactly("PENDING_dbos_internal_queue");
      wake(site);
      try (DBOS dbos = shop(site, this::checkout).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("shipped");
        assertThat(dbos.status("order-42").orElseThrow().attempts()).isEqualTo(2);
        assertThat(done).containsExactly("reserve");
      }
    }
  }
}
