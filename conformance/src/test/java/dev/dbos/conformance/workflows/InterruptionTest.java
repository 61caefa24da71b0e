package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.DbosClosedException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepCallable;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowState;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The thread that calls {@code run} is interrupted: the workflow is left, not ended. */
class InterruptionTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private final CountDownLatch reached = new CountDownLatch(1);
  private final CountDownLatch never = new CountDownLatch(1);

  private static DbosBuilder shop(
      Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, checkout);
  }

  private String waitForTheBank() throws InterruptedException {
    reached.countDown();
    never.await();
    return "paid";
  }

  /** Interrupts the caller in the middle of the workflow; afterwards the next launch ends it. */
  private void assertLeftAndTakenUp(
      Product product, WorkflowFunction<@Nullable Void, @Nullable String> checkout)
      throws InterruptedException {
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    AtomicBoolean flag = new AtomicBoolean();
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, checkout).launch()) {
        Thread caller =
            Thread.ofPlatform()
                .start(
                    () -> {
                      seen.set(catchThrowable(() -> dbos.run(CHECKOUT, null, ORDER)));
                      flag.set(Thread.currentThread().isInterrupted());
                    });
        Eventually.open(reached);
        caller.interrupt();
        caller.join();

        assertThat(seen.get())
            .isInstanceOf(DbosClosedException.class)
            .hasMessage(
                "Workflow order-42 was left unfinished because this DBOS is closing or its thread"
                    + " was interrupted. It stays PENDING and goes on at the next launch.");
        assertThat(flag).as("interrupt flag of the caller").isTrue();
        assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
        assertThat(dbos.steps("order-42")).isEmpty();
      }
      try (DBOS dbos = shop(site, none -> Workflow.callStep("pay", () -> "paid")).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("paid");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAStep(Product product) throws Exception {
    assertLeftAndTakenUp(product, none -> Workflow.callStep("pay", this::waitForTheBank));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAStepWhoseBodyMakesAnotherExceptionOfIt(Product product) throws Exception {
    StepCallable<String, RuntimeException> wrapping =
        () -> {
          try {
            return waitForTheBank();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the bank does not answer", e);
          }
        };
    assertLeftAndTakenUp(product, none -> Workflow.callStep("pay", wrapping));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inTheBodyBetweenSteps(Product product) throws Exception {
    assertLeftAndTakenUp(product, none -> waitForTheBank());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inABodyThatSwallowsWhatUnwindsIt(Product product) throws Exception {
    assertLeftAndTakenUp(
        product,
        none -> {
          Swallowing.everything(() -> Workflow.callStep("pay", this::waitForTheBank));
          return "not paid";
        });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inABodyThatSwallowsWhatUnwindsItAndGoesOn(Product product) throws Exception {
    assertLeftAndTakenUp(
        product,
        none -> {
          Swallowing.everything(() -> Workflow.callStep("pay", this::waitForTheBank));
          Swallowing.everything(() -> Workflow.callStep("complain", () -> "complained"));
          return Workflow.callStep("give up", () -> "not paid");
        });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void beforeItCalls(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> Workflow.callStep("pay", () -> "paid")).launch()) {
      Thread.currentThread().interrupt();
      try {
        assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("paid");
      } finally {
        assertThat(Thread.interrupted()).as("interrupt flag of the caller").isTrue();
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whileItWaitsForARunElsewhere(Product product) throws Exception {
    CountDownLatch paid = new CountDownLatch(1);
    AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Eventually.open(paid);
                      return "paid";
                    })
                .launch()) {
      var order = dbos.start(CHECKOUT, null, ORDER);
      Thread caller = Thread.ofVirtual().start(() -> seen.set(catchThrowable(order::result)));
      caller.interrupt();
      caller.join();
      paid.countDown();

      assertThat(seen.get())
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("Interrupted while waiting for workflow order-42, which is unaffected.");
      assertThat(order.result()).isEqualTo("paid");
    }
  }
}
