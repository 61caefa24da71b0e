package dev.dbos.conformance.workflows;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflows;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.Tick;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A shop that writes reports by schedules, on a clock that the test moves; it begins at 8:00. */
final class ScheduleFixture implements AutoCloseable {
  static final WorkflowDefinition<Tick<String>, String> REPORT =
      WorkflowDefinition.of("report", new TypeRef<Tick<String>>() {}, String.class);
  static final Duration PATIENCE = Duration.ofSeconds(60);

  final SettableClock clock = new SettableClock();
  final Site site;

  ScheduleFixture(Product product) {
    this.site = Site.of(product);
  }

  DbosBuilder shop() {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(REPORT, tick -> tick.context() + " at " + tick.scheduledAt());
  }

  /** One who sees what happens in the shop, on a way of its own. */
  DbosClient customer() {
    return DbosClient.create(site.systemUrl());
  }

  static Schedule schedule(String cron) {
    return Schedule.of("report", cron, REPORT, "tea");
  }

  /** Moves the clock to a moment. */
  void at(String moment) {
    clock.advance(Duration.between(clock.instant(), Instant.parse(moment)));
  }

  static String id(String moment) {
    return "sched-report-" + withMillis(moment);
  }

  private static String withMillis(String moment) {
    return moment.replace("Z", ".000Z");
  }

  /** What the workflow of a tick returned, once it has. */
  static String result(Workflows shop, String moment) {
    Eventually.holds(moment + " is fired", () -> shop.status(id(moment)).isPresent());
    return shop.retrieve(id(moment), String.class).result(PATIENCE);
  }

  /** The moments whose workflows the schedule has started, without waiting. */
  static List<String> started(Workflows shop) {
    return shop.list(WorkflowQuery.all().withSchedule("report").withLimit(1_000)).stream()
        .map(WorkflowStatus::id)
        .map(id -> id.substring("sched-report-".length()).replace(".000Z", "Z"))
        .sorted()
        .toList();
  }

  /** Waits until the ticks have been decided upon up to the clock's time. */
  void awaitDecided(String moment) {
    long millis = Instant.parse(moment).toEpochMilli();
    Eventually.holds(
        "decided until " + moment,
        () ->
            SystemRows.of(site)
                .query("SELECT decided_until FROM java_schedules")
                .contains(Long.toString(millis)));
  }

  @Override
  public void close() {
    site.close();
  }
}
