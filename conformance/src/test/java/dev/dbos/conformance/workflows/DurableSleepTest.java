package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import java.lang.management.ManagementFactory;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class DurableSleepTest {
  private static final WorkflowDefinition<Void, String> REMINDER =
      WorkflowDefinition.of("reminder", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");
  private static final int SLEEPERS = 1_000;

  private final SettableClock clock = new SettableClock();
  private final AtomicInteger sent = new AtomicInteger();

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(
            REMINDER,
            none -> {
              Workflow.sleep(Duration.ofDays(3));
              return Workflow.callStep("send", () -> "reminder " + sent.incrementAndGet());
            });
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowSleepsUntilItsTimeHasCome(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      WorkflowHandle<String> reminder = dbos.start(REMINDER, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
      clock.advance(Duration.ofDays(3).minusMillis(1));
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
      assertThat(sent).hasValue(0);
      clock.advance(Duration.ofMillis(1));

      assertThat(reminder.result()).isEqualTo("reminder 1");
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.sleep", "send");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRestartSleepsOnlyForTheRest(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site).launch()) {
        dbos.start(REMINDER, null, ORDER);
        Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
      }
      clock.advance(Duration.ofDays(2));
      try (DBOS dbos = shop(site).launch()) {
        WorkflowHandle<String> reminder = dbos.retrieve("order-42", String.class);
        assertThat(reminder.status().state()).isEqualTo(WorkflowState.PENDING);
        clock.advance(Duration.ofDays(1));
        assertThat(reminder.result()).isEqualTo("reminder 1");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRestartAfterTheTimeDoesNotSleepAtAll(Product product) {
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site).launch()) {
        dbos.start(REMINDER, null, ORDER);
        Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
      }
      clock.advance(Duration.ofDays(30));
      try (DBOS dbos = shop(site).launch()) {
        assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("reminder 1");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withTheSystemsClockASleepIsNotShorterThanAskedFor(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .systemDatabasePool(Pooling.options())
                .clock(Clock.system(ZoneId.of("Asia/Tokyo")))
                .workflow(
                    REMINDER,
                    none -> {
                      Workflow.sleep(Duration.ofMillis(30));
                      Workflow.sleep(Duration.ZERO);
                      Workflow.sleep(Duration.ofDays(-1));
                      return "rested";
                    })
                .launch()) {
      long begin = System.nanoTime();
      assertThat(dbos.run(REMINDER, null, ORDER)).isEqualTo("rested");
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThan(Duration.ofMillis(29));
      assertThat(dbos.steps("order-42")).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void timeAndRandomnessAreTheSameOnReplay(Product product) {
    WorkflowDefinition<Void, String> label =
        WorkflowDefinition.of("label", Void.class, String.class);
    try (Site site = Site.of(product)) {
      String first = "";
      for (int run = 0; run < 2; run++) {
        try (DBOS dbos =
            shop(site)
                .workflow(
                    label,
                    none -> {
                      Instant now = Workflow.now();
                      UUID id = Workflow.randomUuid();
                      return now + " " + id;
                    })
                .launch()) {
          String printed = String.valueOf(dbos.run(label, null, ORDER));
          first = run == 0 ? printed : first;
          assertThat(printed).isEqualTo(first).startsWith("2026-03-01T08:00:00Z ");
        }
        SystemRows.of(site).forgetTheEndOf("order-42");
        clock.advance(Duration.ofHours(1));
      }
    }
  }

  @Test
  void outsideAWorkflowThereIsNoDurableSleep() {
    assertThatThrownBy(() -> Workflow.sleep(Duration.ofSeconds(1)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("Workflow.sleep works only inside a workflow; this thread is not running one.");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aThousandSleepersHoldNeitherThreadsNorConnections(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      WorkflowHandle<String> first = dbos.start(REMINDER, null, ORDER);
      Eventually.holds("asleep", () -> dbos.steps("order-42").size() == 1);
      int threadsBefore = ManagementFactory.getThreadMXBean().getThreadCount();
      List<WorkflowHandle<String>> reminders =
          IntStream.range(0, SLEEPERS).mapToObj(i -> dbos.start(REMINDER, null)).toList();
      SystemRows rows = SystemRows.of(site);
      Eventually.holds(
          "all asleep",
          () ->
              rows.query("SELECT count(*) FROM operation_outputs WHERE function_name='DBOS.sleep'")
                  .equals(List.of(String.valueOf(SLEEPERS + 1))));

      assertThat(ManagementFactory.getThreadMXBean().getThreadCount() - threadsBefore)
          .as("threads for the sleepers")
          .isLessThan(100);
      if (product == Product.POSTGRESQL) {
        // Who looks whether the clock has moved needs one for a moment, a sleeper would keep it.
        Eventually.holds("no sleeper holds a connection", () -> busyConnections(site) == 0);
      }
      clock.advance(Duration.ofDays(3));
      assertThat(first.result()).startsWith("reminder ");
      for (WorkflowHandle<String> reminder : reminders) {
        assertThat(reminder.result()).startsWith("reminder ");
      }
      assertThat(dbos.list(WorkflowQuery.all().withStatus(WorkflowState.PENDING))).isEmpty();
    }
  }

  private static int busyConnections(Site site) {
    String database = Site.databaseName(site.systemUrl());
    try (Connection connection = TestPostgres.shared().connect(database, "operator");
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                    + " AND application_name = 'dbos_transact' AND state <> 'idle'")) {
      row.next();
      return row.getInt(1);
    } catch (SQLException failure) {
      throw new IllegalStateException(failure);
    }
  }
}
