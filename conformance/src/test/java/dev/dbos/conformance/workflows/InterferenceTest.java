package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Somebody changes the rows, or ends the connections, of a running workflow. */
class InterferenceTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final String CANCEL = "UPDATE workflow_status SET status = 'CANCELLED'";

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

  private String step(String name) {
    return Workflow.callStep(
        name,
        () -> {
          done.add(name);
          return name;
        });
  }

  private void interfered() {
    reached.countDown();
    Eventually.open(goOn);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCancelledWorkflowStopsAtItsNextStepAndStaysCancelled(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      interfered();
                      step("reserve");
                      return step("charge");
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      SystemRows.of(site).change(CANCEL);
      goOn.countDown();

      assertThatThrownBy(order::result)
          .isInstanceOf(WorkflowCancelledException.class)
          .hasMessage("Workflow order-42 was cancelled.");
      assertThat(done).doesNotContain("charge");
      assertThat(order.status().state()).isEqualTo(WorkflowState.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theCallerOfRunLearnsOfTheCancellation(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      SystemRows.of(site).change(CANCEL);
                      step("reserve");
                      return step("charge");
                    })
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .isInstanceOf(WorkflowCancelledException.class);
      assertThat(done).doesNotContain("charge");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anEndDoesNotOverwriteACancellation(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      SystemRows.of(site).change(CANCEL);
                      return "shipped";
                    })
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .isInstanceOf(WorkflowCancelledException.class);
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aBodyThatSwallowsTheStopDoesNotEndTheWorkflow(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Swallowing.everything(
                          () ->
                              Workflow.runStep(
                                  "reserve",
                                  () -> {
                                    done.add("reserve");
                                    SystemRows.of(site).change(CANCEL);
                                  }));
                      Swallowing.everything(() -> step("charge"));
                      Swallowing.everything(() -> step("ship"));
                      return "shipped";
                    })
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .isInstanceOf(WorkflowCancelledException.class);
      assertThat(done).containsExactly("reserve");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeletedWorkflowStopsAndIsUnknown(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      step("reserve");
                      interfered();
                      step("charge");
                      return step("ship");
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      SystemRows.of(site).change("DELETE FROM workflow_status");
      goOn.countDown();

      assertThatThrownBy(order::result)
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage(
              "There is no workflow with id order-42 in the system database: it was never started,"
                  + " or it was deleted.");
      assertThat(done).doesNotContain("ship");
      assertThat(dbos.steps("order-42")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatAnotherProcessTookOverStopsAndReturnsItsOutcome(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      step("reserve");
                      interfered();
                      return step("charge");
                    })
                .executorId("till-1")
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(reached);
      try (DBOS twin =
          shop(
                  site,
                  none -> {
                    step("reserve");
                    return Workflow.callStep("charge", () -> "charged by the twin");
                  })
              .executorId("till-1")
              .launch()) {
        assertThat(twin.retrieve("order-42", String.class).result())
            .isEqualTo("charged by the twin");
      }
      goOn.countDown();

      assertThat(order.result()).isEqualTo("charged by the twin");
      // It may learn of it before it begins the next step, or when it wants to record that.
      assertThat(done).startsWith("reserve").isSubsetOf("reserve", "charge");
    }
  }

  @Test
  void aWorkflowOutlivesTheEndOfAllItsConnections() {
    try (Site site = Site.of(Product.POSTGRESQL);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      for (int i = 0; i < 5; i++) {
                        step("reserve " + i);
                        endConnections(site);
                      }
                      return "reserved";
                    })
                .launch()) {
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("reserved");
      assertThat(done).hasSize(5);
      // Not through its pool, in which some are dead.
      assertThat(SystemRows.of(site).query("SELECT function_id FROM operation_outputs")).hasSize(5);
    }
  }

  @Test
  void waitersOutliveTheEndOfTheirConnections() {
    try (Site site = Site.of(Product.POSTGRESQL);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      interfered();
                      return "reserved";
                    })
                .launch();
        DBOS elsewhere = shop(site, none -> "").executorId("till-2").launch()) {
      dbos.start(CHECKOUT, null, ORDER);
      WorkflowHandle<String> order = elsewhere.retrieve("order-42", String.class);
      Eventually.open(reached);
      Thread waiter = Thread.ofVirtual().start(() -> done.add(String.valueOf(order.result())));
      endConnections(site);
      goOn.countDown();

      Eventually.holds("the waiter knows", () -> done.contains("reserved"));
      Eventually.holds("the waiter ended", () -> !waiter.isAlive());
    }
  }

  private static void endConnections(Site site) {
    TestPostgres.shared().terminateBackends(Site.databaseName(site.systemUrl()), "dbos_transact");
  }
}
