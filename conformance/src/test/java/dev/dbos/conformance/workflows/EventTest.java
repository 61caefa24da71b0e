package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.SerializationException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowEvent;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class EventTest {
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> WATCHER =
      WorkflowDefinition.of("watcher", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return shop(site, checkout, none -> "");
  }

  private static DbosBuilder shop(
      Site site,
      WorkflowFunction<@Nullable Void, @Nullable String> checkout,
      WorkflowFunction<@Nullable Void, @Nullable String> watcher) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .workflow(CHECKOUT, checkout)
        .workflow(WATCHER, watcher);
  }

  private static Optional<String> status(DBOS dbos) {
    return dbos.getEvent("order-42", "status", String.class, LONG);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoWaitsForAnEventGetsItWhenItIsSet(Product product) throws Exception {
    CountDownLatch paid = new CountDownLatch(1);
    CountDownLatch seen = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(paid);
                      Workflow.setEvent("status", "paid");
                      Eventually.open(seen);
                      return "done";
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);
      CompletableFuture<Optional<String>> status =
          CompletableFuture.supplyAsync(() -> status(dbos));
      paid.countDown();

      assertThat(status.get(60, TimeUnit.SECONDS)).contains("paid");
      seen.countDown();
      assertThat(order.result()).isEqualTo("done");
      assertThat(status(dbos)).contains("paid");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theLatestValueCountsAndAllAreInTheHistory(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.setEvent("status", "reserved");
                      Workflow.setEvent("items", List.of(1, 2));
                      Workflow.runStep("pay", () -> Workflow.setEvent("status", "paying"));
                      Workflow.setEvent("status", "paid");
                      return "done";
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, ORDER);

      assertThat(status(dbos)).contains("paid");
      assertThat(dbos.getEvent("order-42", "items", new TypeRef<List<Integer>>() {}, LONG))
          .contains(List.of(1, 2));
      assertThat(dbos.events("order-42"))
          .extracting(WorkflowEvent::key, event -> event.payload().outputText())
          .containsExactly(tuple("items", "[1,2]"), tuple("status", "\"paid\""));
      assertThat(dbos.eventHistory("order-42"))
          .extracting(event -> event.stepId().getAsInt() + " " + event.key())
          .containsExactly("0 status", "1 items", "2 status", "3 status");
      assertThat(dbos.eventHistory("order-42").get(2).value(String.class)).contains("paying");
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.setEvent", "DBOS.setEvent", "pay", "DBOS.setEvent");
      assertThat(dbos.events("order-1")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anEventThatIsNotSetInTimeIsEmpty(Product product) {
    CountDownLatch asked = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(asked);
                      return "done";
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER);

      assertThat(dbos.getEvent("order-42", "status", String.class, Duration.ofMillis(30)))
          .isEmpty();
      assertThat(dbos.getEvent("order-42", "status", String.class, Duration.ZERO)).isEmpty();
      asked.countDown();
      assertThat(order.result()).isEqualTo("done");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatEndsWithoutTheEventLetsNobodyWait(Product product) throws Exception {
    CountDownLatch asked = new CountDownLatch(1);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(asked);
                      throw new IllegalStateException("no tea");
                    })
                .launch()) {
      dbos.start(CHECKOUT, null, ORDER);
      CompletableFuture<Optional<String>> status =
          CompletableFuture.supplyAsync(() -> status(dbos));
      asked.countDown();

      assertThat(status.get(60, TimeUnit.SECONDS)).isEmpty();
      assertThat(status(dbos)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anEventOfAnUnknownWorkflowIsNotWaitedFor(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      try {
                        return "got " + Workflow.getEvent("order-1", "status", String.class, LONG);
                      } catch (UnknownWorkflowException unknown) {
                        return unknown.workflowId() + " is unknown";
                      }
                    })
                .launch()) {
      assertThatThrownBy(() -> status(dbos))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage(
              "There is no workflow with id order-42 in the system database, so nobody will set its"
                  + " event status. Start it first, or check the id.");
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("order-1 is unknown");
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.getEvent");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAWorkflowTheValueIsRecordedAndTakesTwoPlaces(Product product) {
    WorkflowFunction<@Nullable Void, @Nullable String> watcher =
        none -> {
          String seen = Workflow.getEvent("order-42", "status", String.class, LONG).orElse("-");
          return Workflow.callStep("note", () -> seen + " noted");
        };
    try (Site site = Site.of(product)) {
      CountDownLatch waits = new CountDownLatch(1);
      try (DBOS dbos =
          shop(
                  site,
                  none -> {
                    Eventually.open(waits);
                    Workflow.setEvent("status", "paid");
                    return "done";
                  },
                  watcher)
              .launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        WorkflowHandle<String> watching = dbos.start(WATCHER, null, StartOptions.id("watcher-1"));
        Eventually.holds("it waits", () -> dbos.steps("watcher-1").size() == 1);
        waits.countDown();
        assertThat(watching.result()).isEqualTo("paid noted");
        assertThat(dbos.steps("watcher-1"))
            .extracting(step -> step.stepId() + " " + step.name())
            .containsExactly("0 DBOS.getEvent", "1 DBOS.sleep", "2 note");
        SystemRows rows = SystemRows.of(site);
        rows.forgetTheEndOf("watcher-1");
        rows.change("UPDATE workflow_events SET value = '\"shipped\"'");
      }
      try (DBOS dbos = shop(site, none -> "", watcher).launch()) {
        assertThat(dbos.retrieve("watcher-1", String.class).result()).isEqualTo("paid noted");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRestartKeepsTheDeadlineOfAWaitForAnEvent(Product product) {
    SettableClock clock = new SettableClock();
    WorkflowFunction<@Nullable Void, @Nullable String> order =
        none -> {
          Workflow.sleep(Duration.ofDays(3));
          return "";
        };
    WorkflowFunction<@Nullable Void, @Nullable String> watcher =
        none ->
            Workflow.getEvent("order-42", "status", String.class, Duration.ofHours(2))
                .orElse("too late");
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, order, watcher).clock(clock).launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        dbos.start(WATCHER, null, StartOptions.id("watcher-1"));
        Eventually.holds("it waits", () -> dbos.steps("watcher-1").size() == 1);
      }
      clock.advance(Duration.ofHours(2));
      try (DBOS dbos = shop(site, order, watcher).clock(clock).launch()) {
        assertThat(dbos.retrieve("watcher-1", String.class).result()).isEqualTo("too late");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anEventOfAnotherTypeSaysSo(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.setEvent("status", "paid");
                      return "";
                    })
                .launch()) {
      dbos.run(CHECKOUT, null, ORDER);

      assertThatThrownBy(() -> dbos.getEvent("order-42", "status", Integer.class, LONG))
          .isInstanceOf(SerializationException.class)
          .hasMessageStartingWith(
              "Event status of workflow order-42 does not convert to java.lang.Integer");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void settingAnEventWorksOnlyInAWorkflow(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEmpty();
      assertThatThrownBy(() -> Workflow.setEvent("status", "paid"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.setEvent works only inside a workflow; this thread is not running one.");
    }
  }
}
