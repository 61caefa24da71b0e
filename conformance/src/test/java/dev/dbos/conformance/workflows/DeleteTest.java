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
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class DeleteTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> SHIP =
      WorkflowDefinition.of("ship", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final Duration YEAR = Duration.ofDays(365);

  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private DbosBuilder shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, checkout)
        .workflow(SHIP, none -> "shipped");
  }

  private String reserve() {
    return Workflow.callStep(
        "reserve",
        () -> {
          done.add("reserve");
          return "reservation " + done.size();
        });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void nothingIsLeftAndTheIdRunsAfresh(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> reserve()).launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      SystemRows rows = SystemRows.of(site);
      rows.change(
          "INSERT INTO workflow_events (workflow_uuid, key, value) VALUES ('order-42', 'k', '1')");
      dbos.delete("order-42");

      assertThat(dbos.status("order-42")).isEmpty();
      assertThat(dbos.steps("order-42")).isEmpty();
      assertThat(rows.query("SELECT key FROM workflow_events")).isEmpty();
      assertThatThrownBy(() -> dbos.retrieve("order-42", String.class))
          .isInstanceOf(UnknownWorkflowException.class);
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("reservation 2");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void childrenStayUnlessTheyAreMeant(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> requireNonNull(Workflow.start(SHIP).result())).launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      dbos.run(CHECKOUT, null, StartOptions.id("order-43"));
      dbos.delete("order-42");
      assertThat(dbos.status("order-42-0")).isPresent();
      dbos.delete("order-43", Reach.WITH_CHILDREN);
      assertThat(dbos.status("order-43")).isEmpty();
      assertThat(dbos.status("order-43-0")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void manyAtOnceAndUnknownOnesArePassedOver(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> reserve()).launch()) {
      dbos.run(CHECKOUT, null, ORDER);
      dbos.run(CHECKOUT, null, StartOptions.id("order-43"));
      dbos.delete(List.of("order-42", "never", "order-43"));
      assertThat(SystemRows.of(site).query("SELECT workflow_uuid FROM workflow_status")).isEmpty();
      assertThatCode(() -> dbos.delete("order-42")).doesNotThrowAnyException();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRunningOneStops(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      reserve();
                      Workflow.sleep(YEAR);
                      return reserve();
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 2);
      dbos.delete("order-42");

      assertThatThrownBy(() -> order.result(Eventually.BOUND))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage(
              "There is no workflow with id order-42 in the system database: it was never started,"
                  + " or it was deleted.");
      assertThat(done).hasSize(1);
      assertThat(SystemRows.of(site).query("SELECT function_name FROM operation_outputs"))
          .isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAWorkflowItIsAStepButNoneDeletesItself(Product product) {
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      self[0].delete("order-1");
                      self[0].delete(Workflow.id());
                      return "gone";
                    })
                .launch()) {
      self[0] = dbos;
      dbos.run(SHIP, null, StartOptions.id("order-1"));
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, ORDER))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Workflow order-42 cannot delete itself: the step that did could not be recorded.");
      assertThat(dbos.status("order-1")).isEmpty();
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.deleteWorkflow");
    }
  }
}
