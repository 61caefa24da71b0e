package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.ScheduleFixture.REPORT;
import static dev.dbos.conformance.workflows.ScheduleFixture.id;
import static dev.dbos.conformance.workflows.ScheduleFixture.result;
import static dev.dbos.conformance.workflows.ScheduleFixture.schedule;
import static dev.dbos.conformance.workflows.ScheduleFixture.started;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Product;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Misfire;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.ScheduleStatus;
import dev.dbos.workflow.Tick;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Instant;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** When schedules start workflows. */
@Timeout(300)
class ScheduleTest {
  private static final Instant NINE = Instant.parse("2026-03-01T09:00:00Z");

  @ParameterizedTest
  @EnumSource(Product.class)
  void aTickStartsAWorkflowWithItsMomentAndTheContext(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().schedule(schedule("0 9 * * *")).launch()) {
      assertThat(dbos.schedules().list())
          .containsExactly(
              new ScheduleStatus(
                  "report",
                  new ScheduleStatus.Timing("0 9 * * *", "UTC", Misfire.SKIP),
                  new ScheduleStatus.Target("report", null, "\"tea\""),
                  false,
                  null,
                  NINE,
                  "tea-shop"));
      fixture.at("2026-03-01T09:00:00Z");

      assertThat(result(dbos, "2026-03-01T09:00:00Z")).isEqualTo("tea at 2026-03-01T09:00:00Z");
      WorkflowStatus status = dbos.status("sched-report-2026-03-01T09:00:00.000Z").orElseThrow();
      assertThat(status.name()).isEqualTo("report");
      assertThat(status.origin().scheduleName()).isEqualTo("report");
      assertThat(status.origin().applicationVersion()).isEqualTo("tea-shop");
      assertThat(status.input(new TypeRef<Tick<String>>() {})).contains(new Tick<>(NINE, "tea"));
      assertThat(SystemRows.of(fixture.site).query("SELECT inputs FROM workflow_status"))
          .containsExactly(
              "{\"positionalArgs\":[\"2026-03-01T09:00:00.000Z\",\"tea\"],\"namedArgs\":{}}");
      ScheduleStatus schedule = dbos.schedules().find("report").orElseThrow();
      assertThat(schedule.lastFiredAt()).contains(NINE);
      assertThat(schedule.nextAt()).contains(Instant.parse("2026-03-02T09:00:00Z"));
      assertThat(schedule.context(String.class)).contains("tea");
      assertThat(
              SystemRows.of(fixture.site)
                  .query("SELECT last_fired_at FROM workflow_schedules WHERE status = 'ACTIVE'"))
          .containsExactly("2026-03-01T09:00:00.000Z");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void sixFieldsHaveSecondsAndTimesAreThoseOfTheZone(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos =
            fixture
                .shop()
                .schedule(schedule("15,30 0 10 * * *").withZone("Europe/Berlin"))
                .launch()) {
      fixture.at("2026-03-01T09:00:15Z");
      assertThat(result(dbos, "2026-03-01T09:00:15Z")).isEqualTo("tea at 2026-03-01T09:00:15Z");
      fixture.at("2026-03-01T09:00:30Z");
      assertThat(result(dbos, "2026-03-01T09:00:30Z")).isEqualTo("tea at 2026-03-01T09:00:30Z");
    }
  }

  /** What becomes of local times is told by the unit tests of {@link Schedule}, one by one. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void aTimeOfTheDayComesOnceAlsoOnTheDaysOnWhichClocksChange(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      fixture.at("2026-03-27T12:00:00Z");
      try (DBOS dbos =
          fixture
              .shop()
              .schedule(schedule("30 2 * * *").withZone("Europe/Berlin").withMisfire(Misfire.ALL))
              .launch()) {
        fixture.at("2026-03-30T12:00:00Z");
        result(dbos, "2026-03-30T00:30:00Z");
        assertThat(started(dbos))
            .containsExactly(
                "2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        dbos.schedules().pause("report");
        fixture.at("2026-10-24T12:00:00Z");
        dbos.schedules().resume("report");
        fixture.at("2026-10-26T12:00:00Z");
        result(dbos, "2026-10-26T01:30:00Z");
        assertThat(started(dbos).subList(3, 5))
            .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        assertThat(started(dbos)).hasSize(5);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRhythmGoesOnWhenClocksChange(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      fixture.at("2026-10-24T23:30:00Z");
      try (DBOS dbos =
          fixture
              .shop()
              .schedule(schedule("0 * * * *").withZone("Europe/Berlin").withMisfire(Misfire.ALL))
              .launch()) {
        fixture.at("2026-10-25T02:00:00Z");
        result(dbos, "2026-10-25T02:00:00Z");
        assertThat(started(dbos))
            .containsExactly(
                "2026-10-25T00:00:00Z", "2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");
      }
    }
  }

  private static void closedFromEightUntil(
      ScheduleFixture fixture, Schedule schedule, String moment) {
    fixture.shop().schedule(schedule).launch().close();
    fixture.at(moment);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void missedTicksAreSkippedUnlessAProcessComesWithinAMinute(Product product) {
    Schedule hourly = schedule("0 * * * *");
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      closedFromEightUntil(fixture, hourly, "2026-03-01T12:01:01Z");
      try (DBOS dbos = fixture.shop().schedule(hourly).launch()) {
        fixture.awaitDecided("2026-03-01T12:01:01Z");
        assertThat(started(dbos)).isEmpty();
      }
      fixture.at("2026-03-01T13:00:59Z");
      try (DBOS dbos = fixture.shop().schedule(hourly).launch()) {
        assertThat(result(dbos, "2026-03-01T13:00:00Z")).isEqualTo("tea at 2026-03-01T13:00:00Z");
        assertThat(started(dbos)).containsExactly("2026-03-01T13:00:00Z");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void ofMissedTicksTheLastIsMadeUpFor(Product product) {
    Schedule hourly = schedule("0 * * * *").withMisfire(Misfire.LAST_ONLY);
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      closedFromEightUntil(fixture, hourly, "2026-03-01T12:30:00Z");
      try (DBOS dbos = fixture.shop().schedule(hourly).launch()) {
        result(dbos, "2026-03-01T12:00:00Z");
        fixture.at("2026-03-01T13:00:00Z");
        result(dbos, "2026-03-01T13:00:00Z");
        assertThat(started(dbos)).containsExactly("2026-03-01T12:00:00Z", "2026-03-01T13:00:00Z");
        assertThat(dbos.schedules().find("report").orElseThrow().timing().misfire())
            .isEqualTo(Misfire.LAST_ONLY);
      }
    }
  }

  /** More than are fired in one transaction. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void allMissedTicksAreMadeUpForAndNoneTwice(Product product) {
    Schedule minutes = schedule("* * * * *").withMisfire(Misfire.ALL);
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      closedFromEightUntil(fixture, minutes, "2026-03-01T12:00:30Z");
      try (DBOS dbos = fixture.shop().schedule(minutes).launch()) {
        result(dbos, "2026-03-01T12:00:00Z");
        assertThat(started(dbos)).hasSize(240).startsWith("2026-03-01T08:01:00Z");
        result(dbos, "2026-03-01T08:01:00Z");
        dbos.delete(id("2026-03-01T08:01:00Z"));
      }
      try (DBOS dbos = fixture.shop().schedule(minutes).launch()) {
        fixture.at("2026-03-01T12:01:00Z");
        result(dbos, "2026-03-01T12:01:00Z");
        assertThat(started(dbos)).hasSize(240).startsWith("2026-03-01T08:02:00Z");
      }
    }
  }

  /** Two processes whose clocks reach the tick at once. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void severalProcessesFireATickOnce(Product product) {
    Schedule hourly = schedule("0 * * * *");
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS one = fixture.shop().executorId("till-1").schedule(hourly).launch();
        DBOS two = fixture.shop().executorId("till-2").schedule(hourly).launch();
        DBOS three = fixture.shop().executorId("till-3").schedule(hourly).launch()) {
      for (int hour = 9; hour < 19; hour++) {
        String tick = "2026-03-01T%02d:00:00Z".formatted(hour);
        fixture.at(tick);
        assertThat(result(two, tick)).isEqualTo("tea at " + tick);
      }
      assertThat(started(three)).hasSize(10);
      assertThat(one.list(WorkflowQuery.all()))
          .hasSize(10)
          .allSatisfy(run -> assertThat(run.attempts()).isEqualTo(1))
          .allSatisfy(run -> assertThat(run.state()).isEqualTo(WorkflowState.SUCCESS));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theWorkflowsWaitInTheQueueAndAreForTheLatestVersion(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      fixture.shop().applicationVersion("v1").launch().close();
      SystemRows.of(fixture.site)
          .change("INSERT INTO queues (queue_id, name) VALUES ('q-1', 'reports')");
      fixture.at("2026-03-01T08:30:00Z");
      fixture
          .shop()
          .applicationVersion("v2")
          .schedule(schedule("0 9 * * *").withQueue("reports"))
          .launch()
          .close();
      try (DBOS older = fixture.shop().applicationVersion("v1").launch()) {
        fixture.at("2026-03-01T09:00:00Z");
        String id = id("2026-03-01T09:00:00Z");
        Eventually.holds("fired", () -> older.status(id).isPresent());
        WorkflowStatus status = older.status(id).orElseThrow();
        assertThat(status.queueName()).contains("reports");
        assertThat(status.state()).isEqualTo(WorkflowState.ENQUEUED);
        assertThat(status.origin().applicationVersion()).isEqualTo("v2");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAClientSchedulesByNameIsFiredWithoutARestart(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product);
        DBOS dbos = fixture.shop().launch();
        DbosClient client =
            DbosClient.builder(fixture.site.systemUrl())
                .applicationName("tea-shop")
                .clock(fixture.clock)
                .build()) {
      client.schedules().create(Schedule.of("report", "0 9 * * *", REPORT.name(), "milk"));
      fixture.at("2026-03-01T09:00:10Z");

      assertThat(result(dbos, "2026-03-01T09:00:00Z")).isEqualTo("milk at 2026-03-01T09:00:00Z");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void schedulesOfOtherImplementationsAreFiredWhereTheyCanBeReadAndListedAnyway(Product product) {
    try (ScheduleFixture fixture = new ScheduleFixture(product)) {
      fixture.shop().launch().close();
      SystemRows.of(fixture.site)
          .change(
              "INSERT INTO workflow_schedules (schedule_id, schedule_name, workflow_name, schedule,"
                  + " context, last_fired_at, automatic_backfill) VALUES ('s-1', 'report', 'report',"
                  + " '0 * * * *', '\"jam\"', '2026-03-01T06:00:00+00:00', TRUE), ('s-2', 'strange',"
                  + " 'report', '@fortnightly', '\"\"', NULL, FALSE)");
      try (DBOS dbos = fixture.shop().launch()) {
        assertThat(result(dbos, "2026-03-01T08:00:00Z")).isEqualTo("jam at 2026-03-01T08:00:00Z");
        assertThat(started(dbos)).containsExactly("2026-03-01T07:00:00Z", "2026-03-01T08:00:00Z");
        ScheduleStatus taken = dbos.schedules().find("report").orElseThrow();
        assertThat(taken.timing().misfire()).isEqualTo(Misfire.ALL);
        assertThat(taken.applicationName()).isEqualTo("tea-shop");
        ScheduleStatus strange = dbos.schedules().find("strange").orElseThrow();
        assertThat(strange.timing().cron()).isEqualTo("@fortnightly");
        assertThat(strange.nextAt()).isEmpty();
      }
    }
  }
}
