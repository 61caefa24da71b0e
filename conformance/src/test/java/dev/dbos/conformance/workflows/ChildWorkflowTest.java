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
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ChildWorkflowTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<String, String> SHIP =
      WorkflowDefinition.of("ship", String.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private final AtomicInteger shipments = new AtomicInteger();

  private DbosBuilder shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, checkout)
        .workflow(SHIP, what -> what + " #" + shipments.incrementAndGet());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aChildIsNamedAfterItsParentAndTheWaitForItIsAStep(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.runStep("pay", () -> {});
                      return requireNonNull(Workflow.start(SHIP, "tea").result());
                    })
                .launch()) {
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("tea #1");

      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("pay", "ship", "DBOS.getResult");
      assertThat(dbos.steps("order-42").get(1).childWorkflowId()).contains("order-42-1");
      assertThat(dbos.steps("order-42").get(2).childWorkflowId()).contains("order-42-1");
      assertThat(dbos.status("order-42-1").orElseThrow().parentId()).contains("order-42");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void runAndStartOfTheRuntimeStartChildrenInsideAWorkflow(Product product) {
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        self[0].run(SHIP, "tea")
                            + ", "
                            + self[0].start(SHIP, "mug", StartOptions.id("mug")).result())
                .launch()) {
      self[0] = dbos;
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("tea #1, mug #2");
      assertThat(dbos.status("order-42-0").orElseThrow().parentId()).contains("order-42");
      assertThat(dbos.status("mug").orElseThrow().parentId()).contains("order-42");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theErrorOfAChildIsTheSameOnReplay(Product product) {
    WorkflowDefinition<Void, String> sell = WorkflowDefinition.of("sell", Void.class, String.class);
    List<Throwable> caught = Collections.synchronizedList(new ArrayList<>());
    try (Site site = Site.of(product)) {
      for (int run = 0; run < 2; run++) {
        try (DBOS dbos =
            shop(
                    site,
                    none -> {
                      caught.add(catchThrowable(() -> Workflow.start(sell).result()));
                      return "sorry";
                    })
                .workflow(
                    sell,
                    none -> {
                      throw new IOException("till " + shipments.incrementAndGet() + " is closed");
                    })
                .launch()) {
          assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("sorry");
        }
        SystemRows.of(site).forgetTheEndOf("order-42");
      }
    }
    assertThat(caught)
        .hasSize(2)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isExactlyInstanceOf(WorkflowFailedException.class)
                    .hasMessage(
                        "Workflow order-42-0 ended in an error: java.io.IOException: till 1 is"
                            + " closed")
                    .cause()
                    .isExactlyInstanceOf(IOException.class)
                    .hasMessage("till 1 is closed"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aReplayDoesNotStartTheChildAgain(Product product) {
    SettableClock clock = new SettableClock();
    try (Site site = Site.of(product)) {
      try (DBOS dbos =
          shop(
                  site,
                  none -> {
                    String shipped = requireNonNull(Workflow.start(SHIP, "tea").result());
                    Workflow.sleep(Duration.ofDays(1));
                    return shipped;
                  })
              .clock(clock)
              .launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 3);
      }
      clock.advance(Duration.ofDays(2));
      try (DBOS dbos =
          shop(
                  site,
                  none -> {
                    String shipped =
                        requireNonNull(Workflow.start(SHIP, "something else").result());
                    Workflow.sleep(Duration.ofDays(1));
                    return shipped;
                  })
              .clock(clock)
              .launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("tea #1");
        assertThat(shipments).hasValue(1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void parentAndChildThatAreInterruptedBothGoOn(Product product) {
    CountDownLatch never = new CountDownLatch(1);
    try (Site site = Site.of(product)) {
      WorkflowFunction<@Nullable Void, @Nullable String> checkout =
          none -> requireNonNull(Workflow.start(SHIP, "tea").result());
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .closeTimeout(Duration.ZERO)
              .workflow(CHECKOUT, checkout)
              .workflow(
                  SHIP,
                  what -> {
                    Workflow.sleep(Duration.ofDays(1));
                    never.await();
                    return what;
                  })
              .launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        Eventually.holds("child asleep", () -> dbos.steps("order-42-0").size() == 1);
      }
      try (DBOS dbos = shop(site, checkout).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("tea #1");
        assertThat(dbos.status("order-42-0").orElseThrow().attempts()).isEqualTo(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anIdThatBelongsToAnotherWorkflowIsRefusedAlsoOnReplay(Product product) {
    List<Throwable> caught = Collections.synchronizedList(new ArrayList<>());
    try (Site site = Site.of(product)) {
      for (int run = 0; run < 2; run++) {
        try (DBOS dbos =
            shop(
                    site,
                    none -> {
                      caught.add(
                          catchThrowable(() -> Workflow.start(SHIP, "tea", StartOptions.id("x"))));
                      return "sorry";
                    })
                .launch()) {
          dbos.run(CHECKOUT, null, StartOptions.id("x"));
        } catch (WorkflowConflictException e) {
          caught.add(e);
        }
        SystemRows.of(site).forgetTheEndOf("x");
      }
    }
    assertThat(caught)
        .hasSize(2)
        .allSatisfy(
            failure ->
                assertThat(failure)
                    .isExactlyInstanceOf(WorkflowConflictException.class)
                    .hasMessage(
                        "Workflow id x belongs to a workflow named checkout; it cannot be started"
                            + " as ship. Choose another id."));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepMayNotStartAWorkflow(Product product) {
    DBOS[] self = new DBOS[1];
    List<Throwable> caught = new ArrayList<>();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none ->
                        Workflow.callStep(
                            "hurry",
                            () -> {
                              caught.add(catchThrowable(() -> Workflow.start(SHIP, "tea")));
                              caught.add(catchThrowable(() -> self[0].start(SHIP, "tea")));
                              caught.add(catchThrowable(() -> self[0].run(SHIP, "tea")));
                              caught.add(catchThrowable(() -> Workflow.sleep(Duration.ofDays(1))));
                              return "nothing shipped";
                            }))
                .launch()) {
      self[0] = dbos;
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("nothing shipped");
    }
    assertThat(caught).allMatch(IllegalStateException.class::isInstance);
    assertThat(caught)
        .extracting(Throwable::getMessage)
        .containsExactly(
            insideStep("Workflow.start"),
            insideStep("DBOS.start"),
            insideStep("DBOS.run"),
            insideStep("Workflow.sleep"));
    assertThat(shipments).hasValue(0);
  }

  private static String insideStep(String operation) {
    return operation
        + " was called inside step \"hurry\" of workflow order-42. Call it from the workflow's"
        + " body, between steps.";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aTransactionMayNotStartAWorkflowNorWaitForOne(Product product) {
    try (Site site = Site.of(product);
        JdbcDatasource stock =
            JdbcDatasource.builder(site.applicationUrl()).name("stock").build()) {
      List<Throwable> caught = new ArrayList<>();
      try (DBOS dbos =
          shop(
                  site,
                  none -> {
                    WorkflowHandle<String> shipment = Workflow.start(SHIP, "tea");
                    return stock.callTransaction(
                        "reserve",
                        tx -> {
                          caught.add(catchThrowable(() -> Workflow.start(SHIP, "tea")));
                          caught.add(catchThrowable(shipment::result));
                          return "reserved";
                        });
                  })
              .launch()) {
        assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("reserved");
      }
      assertThat(caught)
          .extracting(Throwable::getMessage)
          .containsExactly(
              "Workflow.start was called inside transaction \"reserve\" of datasource stock. Call"
                  + " it before or after the transaction.",
              "The result of workflow order-42-0 was asked for inside transaction \"reserve\","
                  + " which would stay open while it waits. Ask before or after it. What the"
                  + " transaction itself starts begins only after its commit.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void outsideAWorkflowThereIsNoChild(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "").launch()) {
      assertThatThrownBy(() -> Workflow.start(SHIP, "tea"))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage(
              "Workflow.start works only inside a workflow; this thread is not running one.");
      assertThat(dbos.start(SHIP, "tea").status().state())
          .isIn(WorkflowState.PENDING, WorkflowState.SUCCESS);
    }
  }
}
