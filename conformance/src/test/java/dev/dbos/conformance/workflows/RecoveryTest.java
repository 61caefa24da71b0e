package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.AttemptsExhaustedException;
import dev.dbos.error.UnexpectedStepException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class RecoveryTest {
  private static final WorkflowDefinition<String, String> CHECKOUT = CrashingShop.CHECKOUT;
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private static DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options());
  }

  private String asleep(@Nullable String order) {
    String reserved = Workflow.callStep("reserve", () -> "reserved " + order);
    Workflow.sleep(Duration.ofDays(1));
    return reserved;
  }

  /** Leaves a workflow behind that has made one step and gone to sleep. */
  private void leaveBehind(Site site, DbosBuilder builder, String id) {
    try (DBOS dbos = builder.workflow(CHECKOUT, this::asleep).launch()) {
      dbos.start(CHECKOUT, "tea", StartOptions.id(id));
      Eventually.holds("asleep", () -> dbos.steps(id).size() == 2);
    }
    assertThat(SystemRows.of(site).query("SELECT status FROM workflow_status"))
        .containsOnly("PENDING");
  }

  private WorkflowFunction<@Nullable String, @Nullable String> awake() {
    return order -> {
      String reserved =
          Workflow.callStep(
              "reserve",
              () -> {
                done.add("reserve");
                return "reserved twice";
              });
      done.add(Workflow.id());
      return reserved;
    };
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aKilledProcessIsContinuedWithoutRepeatingItsSteps(Product product) throws Exception {
    try (Site site = Site.of(product)) {
      try (ChildJvm child =
          ChildJvm.builder(CrashingShop.class).arguments(site.systemUrl()).start()) {
        child.awaitLine("about to ship"::equals, Eventually.BOUND);
        child.kill();
        assertThat(child.lines()).containsExactly("reserved tea", "charged tea", "about to ship");
      }
      try (DBOS dbos =
          shop(site)
              .workflow(
                  CHECKOUT,
                  order -> {
                    Workflow.runStep("reserve", () -> done.add("reserve"));
                    Workflow.runStep("charge", () -> done.add("charge"));
                    Workflow.runStep("ship", () -> done.add("ship"));
                    return order + " shipped";
                  })
              .launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("tea shipped");
        assertThat(done).containsExactly("ship");
        assertThat(dbos.status("order-42").orElseThrow().attempts()).isEqualTo(2);
        assertThat(dbos.steps("order-42"))
            .extracting(StepStatus::name)
            .containsExactly("reserve", "charge", "ship");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onlyWorkOfTheSameExecutorVersionAndApplicationIsTaken(Product product) {
    try (Site site = Site.of(product)) {
      leaveBehind(site, shop(site), "mine");
      leaveBehind(site, shop(site).executorId("till-2"), "of another executor");
      leaveBehind(site, shop(site).applicationVersion("v2"), "of another version");
      leaveBehind(
          site,
          DBOS.builder("book-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .applicationVersion("books v1"),
          "of another application");

      try (DBOS dbos = shop(site).workflow(CHECKOUT, awake()).launch()) {
        assertThat(dbos.retrieve("mine", String.class).result()).isEqualTo("reserved tea");
        for (String other :
            List.of("of another executor", "of another version", "of another application")) {
          WorkflowStatus status = dbos.status(other).orElseThrow();
          assertThat(status.state()).isEqualTo(WorkflowState.PENDING);
          assertThat(status.attempts()).isEqualTo(1);
        }
        assertThat(done).containsExactly("mine");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatIsNotRegisteredIsLeftPendingWithAWarning(Product product) {
    try (Site site = Site.of(product)) {
      leaveBehind(site, shop(site), "order-42");
      String log;
      try (DBOS dbos = loggingLaunch(shop(site))) {
        log = logged;
        assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
        assertThat(dbos.status("order-42").orElseThrow().attempts()).isEqualTo(1);
      }
      assertThat(log)
          .contains(
              "WARN",
              "Unfinished workflows named [checkout] are left PENDING, because no such workflow is"
                  + " registered here. Register them and launch again");
    }
  }

  private String logged = "";

  private DBOS loggingLaunch(DbosBuilder builder) {
    PrintStream before = System.err;
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    try {
      return builder.launch();
    } finally {
      System.setErr(before);
      logged = written.toString(StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowThatIsRecoveredTooOftenIsSetAside(Product product) {
    WorkflowDefinition<String, String> twice = CHECKOUT.withMaxRecoveryAttempts(2);
    try (Site site = Site.of(product)) {
      leaveBehind(site, shop(site), "order-42");
      for (int recovery = 1; recovery <= 2; recovery++) {
        try (DBOS dbos = shop(site).workflow(twice, this::asleep).launch()) {
          assertThat(dbos.status("order-42").orElseThrow().state())
              .isEqualTo(WorkflowState.PENDING);
        }
      }
      try (DBOS dbos = shop(site).workflow(twice, this::asleep).launch()) {
        assertThat(dbos.status("order-42").orElseThrow().state())
            .isEqualTo(WorkflowState.MAX_RECOVERY_ATTEMPTS_EXCEEDED);
        assertThatThrownBy(() -> dbos.run(twice, "tea", ORDER))
            .isInstanceOfSatisfying(
                AttemptsExhaustedException.class, e -> assertThat(e.attempts()).isEqualTo(4))
            .hasMessage(
                "Workflow order-42 was set aside after 4 attempts that did not end. Find out what"
                    + " interrupted them, and resume it.");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aBodyThatAsksForOtherStepsThanBeforeIsToldSo(Product product) {
    try (Site site = Site.of(product)) {
      leaveBehind(site, shop(site), "order-42");
      try (DBOS dbos =
          shop(site)
              .workflow(CHECKOUT, order -> Workflow.callStep("charge", () -> "charged"))
              .launch()) {
        assertThatThrownBy(() -> dbos.retrieve("order-42", String.class).result())
            .isInstanceOf(WorkflowFailedException.class)
            .cause()
            .isInstanceOfSatisfying(
                UnexpectedStepException.class,
                e -> {
                  assertThat(e.workflowId()).isEqualTo("order-42");
                  assertThat(e.stepId()).isZero();
                  assertThat(e.expectedName()).isEqualTo("charge");
                  assertThat(e.recordedName()).isEqualTo("reserve");
                })
            .hasMessage(
                "Workflow order-42 asked for step 0 \"charge\", but an earlier run recorded"
                    + " \"reserve\" there. A workflow must begin the same steps in the same order"
                    + " each time: check that it does not depend on time, randomness or changed"
                    + " code outside steps.");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void moreThanOneBatchIsRecovered(Product product) {
    int orders = 350;
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site).workflow(CHECKOUT, this::asleep).launch()) {
        for (int i = 0; i < orders; i++) {
          dbos.start(CHECKOUT, "tea", StartOptions.id("order-" + i));
        }
        Eventually.holds(
            "all asleep",
            () ->
                SystemRows.of(site)
                    .query("SELECT count(*) FROM operation_outputs")
                    .equals(List.of(String.valueOf(2 * orders))));
      }
      try (DBOS dbos = shop(site).workflow(CHECKOUT, awake()).launch()) {
        for (int i = 0; i < orders; i++) {
          assertThat(dbos.retrieve("order-" + i, String.class).result()).isEqualTo("reserved tea");
        }
        assertThat(done).hasSize(orders).doesNotContain("reserve");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anInputThatNoLongerFitsEndsTheWorkflowInAnError(Product product) {
    WorkflowDefinition<Integer, String> changed =
        WorkflowDefinition.of("checkout", Integer.class, String.class);
    try (Site site = Site.of(product)) {
      leaveBehind(site, shop(site), "order-42");
      try (DBOS dbos = shop(site).workflow(changed, pieces -> "sold " + pieces).launch()) {
        Throwable failure = catchThrowable(() -> dbos.retrieve("order-42", String.class).result());
        assertThat(failure).isInstanceOf(WorkflowFailedException.class);
        assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.ERROR);
      }
    }
  }
}
