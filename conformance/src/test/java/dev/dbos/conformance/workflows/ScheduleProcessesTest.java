package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DbosClient;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Schedules that several processes fire by the machine's clock. */
@Timeout(300)
class ScheduleProcessesTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final WorkflowQuery REPORTS = WorkflowQuery.all().withSchedule("report");
  private static final String PREFIX = "sched-report-";

  /** One of them is killed in between: then the other is there. */
  @ParameterizedTest
  @EnumSource(Product.class)
  void eachTickStartsOneWorkflowWhicheverProcessIsThere(Product product) throws Exception {
    try (Site site = Site.of(product)) {
      List<WorkflowStatus> reports;
      try (ChildJvm one = ScheduleProgram.start(site.systemUrl(), "till-1");
          ChildJvm two = ScheduleProgram.start(site.systemUrl(), "till-2")) {
        one.awaitLine("up"::equals, PATIENCE);
        two.awaitLine("up"::equals, PATIENCE);
        try (DbosClient client = DbosClient.create(site.systemUrl())) {
          awaitMore(client, 3);
          one.kill();
          awaitMore(client, 3);
          reports = client.list(REPORTS);
        }
      }
      List<Instant> ticks =
          reports.stream()
              .map(report -> Instant.parse(report.id().substring(PREFIX.length())))
              .sorted()
              .toList();
      List<Instant> all =
          IntStream.iterate(0, i -> i + 1)
              .mapToObj(i -> ticks.getFirst().plusSeconds(i))
              .takeWhile(tick -> !tick.isAfter(ticks.getLast()))
              .toList();
      assertThat(ticks).isEqualTo(all);
      // Those of the one that was killed may still be under way.
      assertThat(reports)
          .filteredOn(report -> report.state() == WorkflowState.SUCCESS)
          .hasSizeGreaterThanOrEqualTo(6)
          .allSatisfy(report -> assertThat(report.attempts()).isEqualTo(1));
    }
  }

  private static void awaitMore(DbosClient client, int more) {
    long before = finished(client);
    Eventually.holds(more + " more reports", () -> finished(client) >= before + more);
  }

  private static long finished(DbosClient client) {
    return client.count(REPORTS.withStatus(WorkflowState.SUCCESS));
  }
}
