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
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.RetryOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StepTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final RetryOptions AT_ONCE =
      RetryOptions.attempts(3).withBackoff(Duration.ZERO, 1, Duration.ZERO);

  private final AtomicInteger attempts = new AtomicInteger();

  private static DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options());
  }

  private String chargeAtThirdAttempt() throws IOException {
    if (attempts.incrementAndGet() < 3) {
      throw new IOException("line " + attempts + " is busy");
    }
    return "charged";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepIsTriedAgainUntilItSucceeds(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none -> Workflow.callStep("charge", AT_ONCE, this::chargeAtThirdAttempt))
                .launch()) {
      assertThat(dbos.run(CHECKOUT)).isEqualTo("charged");
      assertThat(attempts).hasValue(3);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whenTheAttemptsAreUsedUpTheLastErrorCarriesTheEarlierOnes(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none ->
                        Workflow.callStep(
                            "charge",
                            AT_ONCE,
                            () -> {
                              throw new IOException("no line " + attempts.incrementAndGet());
                            }))
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT))
          .isInstanceOf(WorkflowFailedException.class)
          .cause()
          .isExactlyInstanceOf(IOException.class)
          .hasMessage("no line 3")
          .satisfies(
              last ->
                  assertThat(last.getSuppressed())
                      .extracting(Throwable::getMessage)
                      .containsExactly("no line 1", "no line 2"));
      assertThat(attempts).hasValue(3);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anErrorThatThePredicateRefusesIsNotTriedAgain(Product product) {
    RetryOptions onlyBusy = AT_ONCE.withRetryIf(failure -> failure instanceof ConnectException);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none ->
                        Workflow.callStep(
                            "charge",
                            onlyBusy,
                            () -> {
                              attempts.incrementAndGet();
                              throw new IOException("card expired");
                            }))
                .launch()) {
      assertThatThrownBy(() -> dbos.run(CHECKOUT)).cause().hasMessage("card expired");
      assertThat(attempts).hasValue(1);
    }
  }

  @Test
  void pausesGrowFromTheFirstToTheLongest() {
    RetryOptions retry =
        RetryOptions.attempts(10).withBackoff(Duration.ofMillis(100), 3, Duration.ofSeconds(2));

    assertThat(List.of(1, 2, 3, 4, 1000))
        .map(retry::delayAfter)
        .containsExactly(
            Duration.ofMillis(100),
            Duration.ofMillis(300),
            Duration.ofMillis(900),
            Duration.ofSeconds(2),
            Duration.ofSeconds(2));
    assertThat(RetryOptions.attempts(2).delayAfter(1)).isEqualTo(Duration.ofSeconds(1));
    assertThat(RetryOptions.attempts(99).delayAfter(90)).isEqualTo(Duration.ofHours(1));
  }

  @Test
  void impossibleRetriesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RetryOptions.attempts(0))
        .withMessage("attempts must be at least 1: 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AT_ONCE.withBackoff(Duration.ofMillis(-1), 2, Duration.ZERO))
        .withMessage(
            "backoff needs pauses that are not negative and a factor of at least 1: PT-0.001S,"
                + " 2.0, PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AT_ONCE.withBackoff(Duration.ZERO, 0.5, Duration.ZERO));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepInAStepIsPartOfTheOuterOne(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none ->
                        Workflow.callStep(
                            "deliver", () -> Workflow.callStep("pack", () -> "packed")))
                .launch()) {
      assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("packed");
      assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsExactly("deliver");
    }
  }

  @Test
  void outsideAWorkflowAStepJustRuns() throws Exception {
    assertThat(Workflow.callStep("charge", AT_ONCE, this::chargeAtThirdAttempt))
        .isEqualTo("charged");
    assertThat(Workflow.callStepAsync("pack", () -> "packed").get()).isEqualTo("packed");
    Workflow.runStep("sweep", attempts::incrementAndGet);
    assertThat(attempts).hasValue(4);
    assertThatThrownBy(
            () ->
                Workflow.callStepAsync(
                        "pack",
                        () -> {
                          throw new IOException("no box");
                        })
                    .get())
        .isInstanceOf(ExecutionException.class)
        .hasCauseExactlyInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void asyncStepsTakeTheirPlacesInTheOrderOfTheCalls(Product product) {
    CountDownLatch teaIsPacked = new CountDownLatch(1);
    try (Site site = Site.of(product)) {
      try (DBOS dbos =
          shop(site)
              .workflow(
                  CHECKOUT,
                  none -> {
                    CompletableFuture<String> coffee =
                        Workflow.callStepAsync(
                            "coffee",
                            () -> {
                              attempts.incrementAndGet();
                              Eventually.open(teaIsPacked);
                              return "coffee";
                            });
                    CompletableFuture<String> tea =
                        Workflow.callStepAsync(
                            "tea",
                            () -> {
                              attempts.incrementAndGet();
                              return "tea";
                            });
                    String first = tea.get();
                    teaIsPacked.countDown();
                    return coffee.get() + " and " + first;
                  })
              .launch()) {
        assertThat(dbos.run(CHECKOUT, null, ORDER)).isEqualTo("coffee and tea");
        assertThat(dbos.steps("order-42"))
            .extracting(StepStatus::name)
            .containsExactly("coffee", "tea");
        assertThat(attempts).hasValue(2);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowDoesNotEndBeforeItsAsyncSteps(Product product) {
    CountDownLatch bodyIsThrough = new CountDownLatch(1);
    CountDownLatch labelsReady = new CountDownLatch(1);
    List<String> printed = Collections.synchronizedList(new ArrayList<>());
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none -> {
                      CompletableFuture<Boolean> ignored =
                          Workflow.callStepAsync(
                              "print label",
                              () -> {
                                Eventually.open(labelsReady);
                                return printed.add("label");
                              });
                      String told = ignored.isDone() ? "too early" : "done";
                      bodyIsThrough.countDown();
                      return told;
                    })
                .launch()) {
      var order = dbos.start(CHECKOUT, null, ORDER);
      Eventually.open(bodyIsThrough);
      assertThat(order.status().completedAt()).isEmpty();
      labelsReady.countDown();
      assertThat(order.result()).isEqualTo("done");
      assertThat(printed).containsExactly("label");
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("print label");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAnAsyncStepThrowsIsRecordedAndReplayed(Product product) {
    List<Throwable> caught = Collections.synchronizedList(new ArrayList<>());
    try (Site site = Site.of(product)) {
      for (int run = 0; run < 2; run++) {
        try (DBOS dbos =
            shop(site)
                .workflow(
                    CHECKOUT,
                    none -> {
                      try {
                        return Workflow.<String, IOException>callStepAsync(
                                "charge",
                                () -> {
                                  throw new IOException("busy " + attempts.incrementAndGet());
                                })
                            .get();
                      } catch (ExecutionException failed) {
                        caught.add(failed.getCause());
                        return "sorry";
                      }
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
                assertThat(failure).isExactlyInstanceOf(IOException.class).hasMessage("busy 1"));
  }
}
