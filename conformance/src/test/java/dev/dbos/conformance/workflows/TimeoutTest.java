package dev.dbos.conformance.workflows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class TimeoutTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> SHIP =
      WorkflowDefinition.of("ship", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final Duration MINUTE = Duration.ofMinutes(1);
  private static final Duration YEAR = Duration.ofDays(365);

  private static final Instant START = Instant.parse("2026-03-01T08:00:00Z");

  private final SettableClock clock = new SettableClock();
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private DbosBuilder shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(CHECKOUT, checkout)
        .workflow(
            SHIP,
            none -> {
              done.add("ship");
              Workflow.sleep(YEAR);
              return "shipped";
            });
  }

  private String sleep(@Nullable Void none) {
    done.add("run");
    Workflow.sleep(YEAR);
    return "shipped";
  }

  private static void assertCancelled(WorkflowHandle<?> workflow) {
    assertThatThrownBy(() -> workflow.result(Eventually.BOUND))
        .isInstanceOf(WorkflowCancelledException.class);
    assertThat(workflow.status().state()).isEqualTo(WorkflowState.CANCELLED);
  }

  private static void awaitAsleep(DBOS dbos, String id) {
    Eventually.holds(
        id + " asleep",
        () -> dbos.steps(id).stream().anyMatch(step -> step.name().equals("DBOS.sleep")));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowIsCancelledWhenItsTimeIsUp(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, this::sleep).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
      WorkflowHandle<String> other = dbos.start(CHECKOUT, null, StartOptions.id("other"));
      awaitAsleep(dbos, "order-42");
      awaitAsleep(dbos, "other");
      assertThat(order.status().state()).isEqualTo(WorkflowState.PENDING);
      clock.advance(MINUTE);

      assertThatThrownBy(() -> order.result(Eventually.BOUND))
          .isInstanceOf(WorkflowCancelledException.class)
          .hasMessage(
              "Workflow order-42 was cancelled: its deadline, 2026-03-01T08:01:00Z, has passed.");
      assertThat(other.status().state()).isEqualTo(WorkflowState.PENDING);
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT workflow_timeout_ms || ' ' || workflow_deadline_epoch_ms FROM"
                          + " workflow_status WHERE workflow_uuid = 'order-42'"))
          .containsExactly("60000 1772352060000");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void oneThatEndsInTimeIsNotCancelled(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> "shipped").launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
      assertThat(order.result()).isEqualTo("shipped");
      clock.advance(MINUTE.multipliedBy(2));
      dbos.run(CHECKOUT);
      assertThat(order.status().state()).isEqualTo(WorkflowState.SUCCESS);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theDeadlineOutlivesTheProcess(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::sleep).launch()) {
        dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
        awaitAsleep(dbos, "order-42");
      }
      clock.advance(MINUTE.minusSeconds(1));
      try (DBOS dbos = shop(site, this::sleep).launch()) {
        WorkflowHandle<String> order = dbos.retrieve("order-42", String.class);
        Eventually.holds("runs again", () -> done.size() == 2);
        assertThat(order.status().state()).isEqualTo(WorkflowState.PENDING);
        clock.advance(Duration.ofSeconds(1));
        assertCancelled(order);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onePastItsDeadlineIsCancelledWithoutRunningAtTheNextLaunch(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::sleep).launch()) {
        dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
        awaitAsleep(dbos, "order-42");
      }
      clock.advance(YEAR);
      try (DBOS dbos = shop(site, this::sleep).launch()) {
        assertCancelled(dbos.retrieve("order-42", String.class));
        assertThat(done).containsExactly("run");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeadlineInThePastCancelsItBeforeItRuns(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, this::sleep).launch()) {
      StartOptions late = ORDER.withDeadline(clock.instant().minusMillis(1));
      assertThatThrownBy(() -> dbos.run(CHECKOUT, null, late))
          .isInstanceOf(WorkflowCancelledException.class)
          .hasMessage(
              "Workflow order-42 was cancelled: its deadline, 2026-03-01T07:59:59.999Z, has"
                  + " passed.");
      assertThat(done).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aChildHasTheDeadlineOfItsParent(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> requireNonNull(Workflow.start(SHIP).result())).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
      awaitAsleep(dbos, "order-42-0");
      assertThat(
              SystemRows.of(site)
                  .query("SELECT DISTINCT workflow_deadline_epoch_ms FROM workflow_status"))
          .containsExactly("1772352060000");
      assertThat(
              SystemRows.of(site).query("SELECT count(workflow_timeout_ms) FROM workflow_status"))
          .containsExactly("1");
      clock.advance(MINUTE);

      assertCancelled(order);
      assertCancelled(dbos.retrieve("order-42-0", String.class));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void oneThatLearnsOfItsChildsDeadlineFirstLooksAtItsOwn(Product product) {
    InstantSource lateForDeadlines =
        () -> thread().equals("dbos deadlines") ? START : clock.instant();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site, none -> requireNonNull(Workflow.start(SHIP).result()))
                .clock(lateForDeadlines)
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
      awaitAsleep(dbos, "order-42-0");
      clock.advance(MINUTE);
      dbos.cancel("order-42-0");

      assertCancelled(order);
      assertThat(dbos.steps("order-42")).extracting(StepStatus::name).containsExactly("ship");
    }
  }

  private static String thread() {
    return Thread.currentThread().getName();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aChildMayHaveALimitOfItsOwnOrNone(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.start(SHIP, null, StartOptions.id("detached").withoutTimeout());
                      Workflow.start(
                          SHIP,
                          null,
                          StartOptions.id("longer").withTimeout(MINUTE.multipliedBy(3)));
                      Workflow.start(
                          SHIP,
                          null,
                          StartOptions.id("until").withDeadline(clock.instant().plus(YEAR)));
                      Workflow.sleep(YEAR);
                      return "shipped";
                    })
                .launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
      for (String id : List.of("order-42", "detached", "longer", "until")) {
        awaitAsleep(dbos, id);
      }
      clock.advance(MINUTE);
      assertCancelled(order);
      for (String id : List.of("detached", "longer", "until")) {
        assertThat(dbos.status(id).orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
      }
      clock.advance(MINUTE.multipliedBy(2));
      assertCancelled(dbos.retrieve("longer", String.class));
      assertThat(dbos.status("detached").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
      assertThat(dbos.status("until").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aResumedOneHasItsTimeAnewAndAnInheritedDeadlineNoMore(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> requireNonNull(Workflow.start(SHIP).result())).launch()) {
      WorkflowHandle<String> order = dbos.start(CHECKOUT, null, ORDER.withTimeout(MINUTE));
      awaitAsleep(dbos, "order-42-0");
      clock.advance(MINUTE);
      assertCancelled(order);
      assertCancelled(dbos.retrieve("order-42-0", String.class));
      dbos.resume(List.of("order-42", "order-42-0"));
      Eventually.holds(
          "both run",
          () ->
              SystemRows.of(site)
                  .query("SELECT status FROM workflow_status")
                  .equals(List.of("PENDING", "PENDING")));
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT workflow_uuid || ' ' || coalesce(workflow_deadline_epoch_ms, 0)"
                          + " FROM workflow_status ORDER BY 1"))
          .containsExactly("order-42 1772352120000", "order-42-0 0");
      clock.advance(MINUTE);
      assertCancelled(order);
      assertThat(dbos.status("order-42-0").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onePastItsDeadlineInTheQueueIsCancelledWithoutRunning(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site, this::sleep).launch()) {
        dbos.start(CHECKOUT, null, ORDER);
        awaitAsleep(dbos, "order-42");
        dbos.cancel("order-42");
      }
      SystemRows.of(site)
          .change(
              "UPDATE workflow_status SET status = 'ENQUEUED', queue_name ="
                  + " '_dbos_internal_queue', workflow_deadline_epoch_ms = 1772352000000");
      clock.advance(MINUTE);
      try (DBOS dbos = shop(site, this::sleep).launch()) {
        Eventually.holds(
            "cancelled",
            () -> dbos.status("order-42").orElseThrow().state() == WorkflowState.CANCELLED);
        assertThat(done).containsExactly("run");
      }
    }
  }

  @Test
  void withTheSystemsClockItIsCancelledInTime() {
    try (Site site = Site.of(Product.SQLITE);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .systemDatabasePool(Pooling.options())
                .workflow(CHECKOUT, this::sleep)
                .launch()) {
      WorkflowHandle<String> order =
          dbos.start(CHECKOUT, null, ORDER.withTimeout(Duration.ofMillis(200)));
      assertCancelled(order);
      assertThat(
              Thread.getAllStackTraces().keySet().stream()
                  .filter(thread -> thread.getName().equals("dbos deadlines")))
          .hasSize(1)
          .allMatch(Thread::isDaemon);
    }
    Eventually.holds(
        "its thread is gone",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("dbos deadlines")));
  }

  @Test
  void limitsThatAreTooFarAwayToBeWrittenAreNoProblem() {
    try (Site site = Site.of(Product.SQLITE);
        DBOS dbos = shop(site, none -> "shipped").launch()) {
      for (StartOptions far :
          List.of(
              StartOptions.DEFAULT.withTimeout(Duration.ofSeconds(Long.MAX_VALUE)),
              StartOptions.DEFAULT.withDeadline(Instant.MAX))) {
        assertThat(dbos.run(CHECKOUT, null, far)).isEqualTo("shipped");
      }
    }
  }

  @Test
  void limitsThatAreNoneAreRefused() {
    assertThatThrownBy(() -> ORDER.withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A timeout must be at least 1 ms: PT0S");
    assertThatThrownBy(() -> ORDER.withTimeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A timeout must be at least 1 ms: PT-0.001S");
  }
}
