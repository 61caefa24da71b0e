package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.serialization.TypeRef;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.Schedule;
import dev.dbos.workflow.Tick;
import dev.dbos.workflow.WorkflowDefinition;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code dbos schedule}, on both databases. */
class ScheduleCommandTest {
  private static final Instant MORNING = Instant.parse("2026-03-01T08:00:00Z");
  private static final WorkflowDefinition<Tick<String>, String> REPORT =
      WorkflowDefinition.of("report", new TypeRef<Tick<String>>() {}, String.class);

  @TempDir private Path directory = Path.of("");

  static Stream<String> databases() {
    TestPostgres server = TestPostgres.shared();
    return Stream.of(TempSqlite.create().url(), server.url(server.createDatabase()));
  }

  private static void launchShop(String url) {
    DBOS.builder("tea-shop")
        .systemDatabaseUrl(url)
        .clock(() -> MORNING)
        .workflow(REPORT, tick -> "done")
        .schedule(Schedule.of("nightly", "30 2 29 2 *", REPORT, "tea").withZone("Europe/Berlin"))
        .launch()
        .close();
  }

  @ParameterizedTest
  @MethodSource("databases")
  void schedulesAreListedPausedAndResumed(String url) {
    Terminal terminal = new Terminal(directory);
    launchShop(url);
    assertThat(terminal.run("schedule", "list", "--url", url)).as(terminal.err()).isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            NAME     STATUS  CRON         ZONE           WORKFLOW  LAST  NEXT                  QUEUE
            nightly  ACTIVE  30 2 29 2 *  Europe/Berlin  report          2028-02-29T01:30:00Z""");

    assertThat(terminal.run("schedule", "pause", "nightly", "--url", url)).isZero();
    assertThat(terminal.out()).isEqualTo("Paused nightly.");
    assertThat(terminal.run("schedule", "list", "--url", url, "--json")).isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            {
              "schedules" : [ {
                "name" : "nightly",
                "status" : "PAUSED",
                "cron" : "30 2 29 2 *",
                "zone" : "Europe/Berlin",
                "misfire" : "skip",
                "workflow" : "report",
                "context" : "tea",
                "application" : "tea-shop"
              } ]
            }""");
    assertThat(terminal.run("schedule", "resume", "nightly", "--url", url, "--json")).isZero();
    assertThat(terminal.out()).contains("\"resumed\" : [ \"nightly\" ]");
    assertThat(terminal.run("schedule", "pause", "weekly", "--url", url)).isEqualTo(2);
    assertThat(terminal.err()).contains("Schedule 'weekly' does not exist.");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void schedulesAreTriggeredAndBackfilled(String url) {
    Terminal terminal = new Terminal(directory);
    launchShop(url);
    assertThat(terminal.run("schedule", "trigger", "nightly", "--url", url)).isZero();
    assertThat(terminal.out()).startsWith("Started sched-nightly-trigger-");
    assertThat(
            terminal.run(
                "schedule",
                "backfill",
                "nightly",
                "--url",
                url,
                "--from",
                "2020-02-29T01:30:00Z",
                "--until",
                "2028-02-29T01:30:00Z"))
        .as(terminal.err())
        .isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            sched-nightly-2020-02-29T01:30:00.000Z
            sched-nightly-2024-02-29T01:30:00.000Z""");
    assertThat(terminal.run("workflow", "list", "--url", url, "--status", "ENQUEUED")).isZero();
    assertThat(terminal.out().lines()).hasSize(4);
    assertThat(terminal.run("schedule", "trigger", "weekly", "--url", url)).isEqualTo(2);
    assertThat(terminal.err()).contains("Schedule 'weekly' does not exist.");
  }
}
