package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.ScheduleFixture.REPORT;
import static dev.dbos.conformance.workflows.ScheduleFixture.id;
import static dev.dbos.conformance.workflows.ScheduleFixture.result;
import static dev.dbos.conformance.workflows.ScheduleFixture.schedule;
import static dev.dbos.conformance.workflows.ScheduleFixture.started;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Schedules;
import dev.dbos.conformance.Product;
import dev.dbos.error.ConfigurationException;
import dev.dbos.error.WorkflowNotRegisteredException;
import dev.dbos.workflow.Misfire;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.ScheduleStatus;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Making, changing, pausing, triggering and backfilling schedules. */
@Timeout(300)
class ScheduleControlTest {
  private static final Schedule HOURLY = schedule("0 * * * *");
  private static final WorkflowDefinition<Void, String> SETUP =
      WorkflowDefinition.of("setup", Void.class, String.class);

  private static Instant at(String time) {
    return Instant.parse("2026-03-01T" + time + ":00Z");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void ticksInAPauseAreNotMadeUpForWhateverIsDoneAboutMissedOnes(Product product) {
    Schedule all = HOURLY.withMisfire(Misfire.ALL);
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      try (DBOS dbos = fixture.shop().schedule(all).launch()) {
        fixture.at("2026-03-01T09:00:00Z");
        result(dbos, "2026-03-01T09:00:00Z");
        assertThat(dbos.schedules().pause("report")).isTrue();
        assertThat(dbos.schedules().pause("report")).isFalse();
        assertThat(dbos.schedules().find("report").orElseThrow().nextAt()).isEmpty();
      }
      fixture.at("2026-03-01T11:30:00Z");
      try (DBOS dbos = fixture.shop().schedule(all).launch()) {
        assertThat(dbos.schedules().find("report").orElseThrow().paused()).isTrue();
        assertThat(dbos.schedules().resume("report")).isTrue();
        assertThat(dbos.schedules().resume("report")).isFalse();
        fixture.at("2026-03-01T12:00:00Z");
        result(dbos, "2026-03-01T12:00:00Z");
        assertThat(started(dbos)).containsExactly("2026-03-01T09:00:00Z", "2026-03-01T12:00:00Z");
      }
    }
  }

  /** A pause at the very tick: what was committed first counts. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void nothingStartsAfterAPauseAlsoInAProcessThatDoesNotKnowOfIt(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(HOURLY).launch();
        DbosClient client =
            DbosClient.builder(fixture.site.systemUrl()).clock(fixture.clock).build()) {
      fixture.at("2026-03-01T09:00:00Z");
      result(dbos, "2026-03-01T09:00:00Z");
      client.schedules().pause("report");
      fixture.at("2026-03-01T10:00:00Z");
      fixture.at("2026-03-01T10:30:00Z");
      client.schedules().resume("report");
      fixture.at("2026-03-01T11:00:00Z");
      result(dbos, "2026-03-01T11:00:00Z");
      assertThat(started(dbos)).containsExactly("2026-03-01T09:00:00Z", "2026-03-01T11:00:00Z");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aBackfillHasItsBeginningAndNotItsEndAndStartsNothingTwice(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(HOURLY).launch()) {
      fixture.at("2026-03-01T09:00:00Z");
      result(dbos, "2026-03-01T09:00:00Z");
      dbos.schedules().pause("report");

      assertThat(dbos.schedules().backfill("report", at("07:00"), at("10:00")))
          .containsExactly(
              id("2026-03-01T07:00:00Z"), id("2026-03-01T08:00:00Z"), id("2026-03-01T09:00:00Z"));
      assertThat(result(dbos, "2026-03-01T07:00:00Z")).isEqualTo("tea at 2026-03-01T07:00:00Z");
      // What adjoins begins where that ended; it may be ahead.
      assertThat(dbos.schedules().backfill("report", at("10:00"), at("11:00")))
          .containsExactly(id("2026-03-01T10:00:00Z"));
      assertThat(dbos.schedules().backfill("report", at("07:01"), at("08:00"))).isEmpty();
      result(dbos, "2026-03-01T10:00:00Z");
      dbos.schedules().resume("report");
      fixture.at("2026-03-01T10:00:00Z");
      fixture.awaitDecided("2026-03-01T10:00:00Z");

      assertThat(started(dbos)).hasSize(4);
      assertThat(dbos.status(id("2026-03-01T09:00:00Z")).orElseThrow().attempts()).isEqualTo(1);
      assertThat(dbos.status(id("2026-03-01T10:00:00Z")).orElseThrow().attempts()).isEqualTo(1);
      assertThat(dbos.schedules().find("report").orElseThrow().lastFiredAt()).contains(at("10:00"));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatCannotBeBackfilledIsRefused(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(schedule("* * * * * *")).launch()) {
      assertThatThrownBy(() -> dbos.schedules().backfill("nightly", at("07:00"), at("08:00")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Schedule 'nightly' does not exist.");
      assertThatThrownBy(() -> dbos.schedules().backfill("report", at("08:00"), at("07:00")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("A backfill ends after it begins");
      assertThatThrownBy(
              () ->
                  dbos.schedules()
                      .backfill("report", Instant.parse("2020-03-01T08:00:00Z"), at("08:00")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Schedule 'report' has more than 100000 ticks")
          .hasMessageEndingWith("Backfill a shorter time.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aTriggerStartsOneMoreForThisMomentAlsoInAPause(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(HOURLY).launch()) {
      dbos.schedules().pause("report");
      WorkflowHandle<@Nullable Object> one = dbos.schedules().trigger("report");
      WorkflowHandle<@Nullable Object> two = dbos.schedules().trigger("report");

      assertThat(one.id()).isEqualTo("sched-report-trigger-2026-03-01T08:00:00.000Z");
      assertThat(two.id()).isEqualTo("sched-report-trigger-2026-03-01T08:00:00.001Z");
      assertThat(one.result(ScheduleFixture.PATIENCE)).isEqualTo("tea at 2026-03-01T08:00:00Z");
      assertThat(two.result(ScheduleFixture.PATIENCE)).isEqualTo("tea at 2026-03-01T08:00:00.001Z");
      assertThat(dbos.schedules().find("report").orElseThrow().lastFiredAt()).isEmpty();
      assertThatThrownBy(() -> dbos.schedules().trigger("nightly"))
          .hasMessage("Schedule 'nightly' does not exist.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void applyKeepsAPauseAndTheLastTickAndANewExpressionCountsFromNow(Product product) {
    Schedule all = HOURLY.withMisfire(Misfire.ALL);
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(all).launch()) {
      fixture.at("2026-03-01T09:00:00Z");
      result(dbos, "2026-03-01T09:00:00Z");
      dbos.schedules().pause("report");
      fixture.at("2026-03-01T09:35:00Z");
      dbos.schedules().apply(schedule("*/10 * * * *").withMisfire(Misfire.ALL));
      ScheduleStatus applied = dbos.schedules().find("report").orElseThrow();
      assertThat(applied.paused()).isTrue();
      assertThat(applied.lastFiredAt()).contains(at("09:00"));
      assertThat(applied.timing().cron()).isEqualTo("*/10 * * * *");

      dbos.schedules().resume("report");
      dbos.schedules().apply(schedule("*/5 * * * *").withMisfire(Misfire.ALL));
      assertThat(dbos.schedules().find("report").orElseThrow().paused()).isFalse();
      fixture.at("2026-03-01T09:40:00Z");
      result(dbos, "2026-03-01T09:40:00Z");
      assertThat(started(dbos)).containsExactly("2026-03-01T09:00:00Z", "2026-03-01T09:40:00Z");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void applyMakesAllOfAListOrNothing(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(HOURLY).launch()) {
      Schedule changed = schedule("0 3 * * *");
      Schedule queued = Schedule.of("weekly", "0 3 * * 1", REPORT).withQueue("reports");
      assertThatThrownBy(() -> dbos.schedules().apply(List.of(changed, queued)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Queue 'reports' of schedule 'weekly' is not registered. Register it before the"
                  + " schedule.");
      assertThatThrownBy(() -> dbos.schedules().apply(List.of(changed, HOURLY)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Schedule 'report' is in the list twice. Each needs its own name.");
      assertThat(dbos.schedules().list())
          .extracting(schedule -> schedule.timing().cron())
          .containsExactly("0 * * * *");

      SystemRows.of(fixture.site)
          .change("INSERT INTO queues (queue_id, name) VALUES ('q-1', 'reports')");
      dbos.schedules().apply(List.of(changed, queued));
      assertThat(dbos.schedules().list())
          .extracting(schedule -> schedule.timing().cron())
          .containsExactly("0 3 * * *", "0 3 * * 1");
      assertThat(dbos.schedules().find("weekly").orElseThrow().target().queueName())
          .contains("reports");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatCannotBeScheduledIsRefused(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(HOURLY).launch();
        DBOS other =
            DBOS.builder("book-shop")
                .systemDatabaseUrl(fixture.site.systemUrl())
                .workflow(REPORT, tick -> "books")
                .launch()) {
      assertThatThrownBy(() -> dbos.schedules().create(HOURLY))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Schedule 'report' already exists. apply changes one that does.");
      assertThatThrownBy(
              () -> dbos.schedules().create(Schedule.of("orders", "0 3 * * *", "orders", null)))
          .isInstanceOf(WorkflowNotRegisteredException.class)
          .hasMessageStartingWith("Workflow orders of schedule 'orders' is not registered.");
      assertThatThrownBy(() -> other.schedules().apply(HOURLY))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "Schedule 'report' is already registered by application tea-shop in this system"
                  + " database. Choose another name.");
      assertThat(other.schedules().list()).isEmpty();
      assertThatThrownBy(() -> dbos.schedules().pause("nightly"))
          .hasMessage("Schedule 'nightly' does not exist.");
      assertThatThrownBy(() -> dbos.schedules().resume("nightly"))
          .hasMessage("Schedule 'nightly' does not exist.");
      assertThat(dbos.schedules().find("nightly")).isEmpty();
      assertThatThrownBy(() -> fixture.shop().schedule(HOURLY).schedule(HOURLY))
          .isInstanceOf(ConfigurationException.class)
          .hasMessage("Two schedules are named report. Each needs a name of its own.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeletedScheduleStartsNothingMoreAndIsMadeAnew(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(HOURLY.withMisfire(Misfire.ALL)).launch()) {
      fixture.at("2026-03-01T09:00:00Z");
      result(dbos, "2026-03-01T09:00:00Z");
      assertThat(dbos.schedules().delete("report")).isTrue();
      assertThat(dbos.schedules().delete("report")).isFalse();
      fixture.at("2026-03-01T10:30:00Z");
      dbos.schedules().create(HOURLY.withMisfire(Misfire.ALL));
      fixture.at("2026-03-01T11:00:00Z");
      result(dbos, "2026-03-01T11:00:00Z");
      assertThat(started(dbos)).containsExactly("2026-03-01T09:00:00Z", "2026-03-01T11:00:00Z");
      assertThat(SystemRows.of(fixture.site).query("SELECT count(*) FROM java_schedules"))
          .containsExactly("1");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOlderVersionThatIsLaunchedAgainChangesNothing(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      fixture.shop().applicationVersion("v1").schedule(HOURLY).launch().close();
      fixture.at("2026-03-01T08:10:00Z");
      fixture.shop().applicationVersion("v2").schedule(schedule("0 3 * * *")).launch().close();
      try (DBOS older =
          fixture
              .shop()
              .applicationVersion("v1")
              .schedule(HOURLY)
              .schedule(Schedule.of("older", "0 5 * * *", REPORT))
              .launch()) {
        assertThat(older.schedules().list())
            .extracting(schedule -> schedule.timing().cron())
            .containsExactly("0 5 * * *", "0 3 * * *");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAWorkflowEachChangeIsAStepThatHappensOnce(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      AtomicReference<@Nullable DBOS> shop = new AtomicReference<>();
      try (DBOS dbos = shopWithSetup(fixture, shop).launch()) {
        shop.set(dbos);
        assertThat(dbos.run(SETUP, null, StartOptions.id("setup")))
            .isEqualTo("sched-report-trigger-2026-03-01T08:00:00.000Z, 2, true, refused");
        assertThat(dbos.steps("setup"))
            .extracting(StepStatus::name)
            .containsExactly(
                "DBOS.createSchedule",
                "DBOS.applySchedules",
                "DBOS.triggerSchedule",
                "DBOS.backfillSchedule",
                "DBOS.pauseSchedule",
                "DBOS.createSchedule",
                "DBOS.getSchedule",
                "DBOS.listSchedules");
        dbos.schedules().delete("report");
      }
      shop.set(null);
      SystemRows.of(fixture.site).forgetTheEndOf("setup");
      try (DBOS dbos = shopWithSetup(fixture, shop).launch()) {
        shop.set(dbos);
        assertThat(dbos.retrieve("setup", String.class).result(ScheduleFixture.PATIENCE))
            .isEqualTo("sched-report-trigger-2026-03-01T08:00:00.000Z, 2, true, refused");
        assertThat(dbos.schedules().list()).isEmpty();
      }
    }
  }

  private static DbosBuilder shopWithSetup(
      ScheduleFixture fixture, AtomicReference<@Nullable DBOS> shop) {
    return fixture
        .shop()
        .workflow(
            SETUP,
            none -> {
              Eventually.holds("launched", () -> shop.get() != null);
              Schedules schedules = Objects.requireNonNull(shop.get()).schedules();
              schedules.create(HOURLY);
              schedules.apply(schedule("0 3 * * *"));
              String id = schedules.trigger("report").id();
              int ids =
                  schedules
                      .backfill("report", at("00:00"), Instant.parse("2026-03-02T04:00:00Z"))
                      .size();
              schedules.pause("report");
              String refused = "made";
              try {
                schedules.create(HOURLY);
              } catch (IllegalArgumentException exists) {
                refused = "refused";
              }
              boolean paused = schedules.find("report").orElseThrow().paused();
              return id
                  + ", "
                  + ids
                  + ", "
                  + (paused && schedules.list().size() == 1)
                  + ", "
                  + refused;
            });
  }
}
