package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class PatchTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final String FRAUD = "check fraud first";

  private final SettableClock clock = new SettableClock();
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private DBOS shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(CHECKOUT, checkout)
        .launch();
  }

  private void step(String name) {
    Workflow.runStep(name, () -> done.add(name));
  }

  private String before(@Nullable Void none) {
    step("reserve");
    step("charge");
    Workflow.sleep(Duration.ofDays(1));
    return "shipped";
  }

  private String patched(@Nullable Void none) {
    step("reserve");
    if (Workflow.patch(FRAUD)) {
      step("check");
    }
    step("charge");
    Workflow.sleep(Duration.ofDays(1));
    return "shipped";
  }

  private String deprecated(@Nullable Void none) {
    step("reserve");
    Workflow.deprecatePatch(FRAUD);
    step("check");
    step("charge");
    Workflow.sleep(Duration.ofDays(1));
    return "shipped";
  }

  /** Runs until it sleeps with one build, and to its end with another one. */
  private List<String> deploy(
      Site site,
      WorkflowFunction<@Nullable Void, @Nullable String> first,
      WorkflowFunction<@Nullable Void, @Nullable String> second) {
    try (DBOS dbos = shop(site, first)) {
      dbos.start(CHECKOUT, null, ORDER);
      Eventually.holds(
          "asleep",
          () -> dbos.steps("order-42").stream().anyMatch(step -> step.name().equals("DBOS.sleep")));
    }
    clock.advance(Duration.ofDays(2));
    try (DBOS dbos = shop(site, second)) {
      assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("shipped");
      return dbos.steps("order-42").stream().map(StepStatus::name).toList();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatCameFurtherBeforeTheChangeTakesTheOldWay(Product product) {
    try (Site site = Site.of(product)) {
      assertThat(deploy(site, this::before, this::patched))
          .containsExactly("reserve", "charge", "DBOS.sleep");
      assertThat(done).containsExactly("reserve", "charge");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aNewOneTakesTheNewWayAlsoWhenItIsRecovered(Product product) {
    try (Site site = Site.of(product)) {
      assertThat(deploy(site, this::patched, this::patched))
          .containsExactly(
              "reserve", "DBOS.patch-check fraud first", "check", "charge", "DBOS.sleep");
      assertThat(done).containsExactly("reserve", "check", "charge");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeprecatedPatchPassesOverTheMark(Product product) {
    try (Site site = Site.of(product)) {
      assertThat(deploy(site, this::patched, this::deprecated)).hasSize(5);
      assertThat(done).containsExactly("reserve", "check", "charge");
    }
    done.clear();
    try (Site site = Site.of(product)) {
      assertThat(deploy(site, this::deprecated, this::deprecated))
          .containsExactly("reserve", "check", "charge", "DBOS.sleep");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatHasNotComeToThePlaceTakesTheNewWay(Product product) {
    try (Site site = Site.of(product)) {
      assertThat(
              deploy(
                  site,
                  none -> {
                    Workflow.sleep(Duration.ofDays(1));
                    step("reserve");
                    return "shipped";
                  },
                  none -> {
                    Workflow.sleep(Duration.ofDays(1));
                    if (Workflow.patch(FRAUD)) {
                      step("check");
                    }
                    step("reserve");
                    return "shipped";
                  }))
          .containsExactly("DBOS.sleep", "DBOS.patch-check fraud first", "check", "reserve");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepOfTheOldWayThatHadBegunButNotEndedTakesTheOldWay(Product product) {
    CountDownLatch never = new CountDownLatch(1);
    boolean[] first = {true};
    Callable<String> old =
        () -> {
          var slow =
              Workflow.callStepAsync(
                  "charge",
                  () -> {
                    if (first[0]) {
                      never.await();
                    }
                    return "charged";
                  });
          Workflow.sleep(Duration.ofDays(1));
          return slow.get() == null ? "never" : "shipped";
        };
    try (Site site = Site.of(product)) {
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .clock(clock)
              .closeTimeout(Duration.ZERO)
              .workflow(CHECKOUT, none -> old.call())
              .launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
      }
      first[0] = false;
      clock.advance(Duration.ofDays(2));
      try (DBOS dbos =
          shop(
              site,
              none -> {
                if (Workflow.patch(FRAUD)) {
                  step("check");
                }
                return old.call();
              })) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("shipped");
        assertThat(dbos.steps("order-42"))
            .extracting(StepStatus::name)
            .containsExactly("charge", "DBOS.sleep");
      }
    }
  }

  @Test
  void outsideAWorkflowThereIsNoPatch() {
    assertThatThrownBy(() -> Workflow.patch(FRAUD))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Workflow.patch works only inside a workflow; this thread is not running one.");
    assertThatThrownBy(() -> Workflow.deprecatePatch(FRAUD))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "Workflow.deprecatePatch works only inside a workflow; this thread is not running one.");
  }
}
