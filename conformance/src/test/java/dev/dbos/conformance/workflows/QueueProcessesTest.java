package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.testing.ChildJvm;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Three processes share a queue and its limits. */
@Timeout(300)
class QueueProcessesTest {
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("packing");
  private static final Duration PERIOD = Duration.ofMillis(500);
  private static final Queue PACKING =
      Queue.named("packing")
          .withConcurrency(4)
          .withWorkerConcurrency(3)
          .withRateLimit(20, PERIOD)
          .withPollingInterval(Duration.ofMillis(100));

  private static List<ChildJvm> threePackers(Site site) throws InterruptedException {
    List<ChildJvm> packers =
        Stream.of("ann", "ben", "cho")
            .map(id -> PackerProgram.start(site.systemUrl(), id))
            .toList();
    for (ChildJvm packer : packers) {
      packer.awaitLine("at work with 1"::equals, Eventually.BOUND);
    }
    return packers;
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void limitsAreKeptByAllTogetherAndNothingIsLostToAKill(Product product) throws Exception {
    int count = 80;
    try (Site site = Site.of(product)) {
      DBOS.builder("tea-shop").systemDatabaseUrl(site.systemUrl()).queue(PACKING).launch().close();
      List<ChildJvm> packers = new ArrayList<>(threePackers(site));
      try (DbosClient client =
          DbosClient.builder(site.systemUrl()).applicationName("tea-shop").build()) {
        List<String> parcels = IntStream.range(0, count).mapToObj(Integer::toString).toList();
        List<WorkflowHandle<String>> handles =
            client.enqueueAll(PackerProgram.PACK, parcels, QUEUED);
        Eventually.holds("a quarter", () -> ended(client) >= count / 4);
        packers.getFirst().kill();
        packers.set(0, PackerProgram.start(site.systemUrl(), "ann"));
        handles.forEach(handle -> assertThat(handle.result(Eventually.BOUND)).isNotBlank());

        SystemRows rows = SystemRows.of(site);
        QueueLimitTest.assertRate(
            rows.query("SELECT started_at_epoch_ms FROM workflow_status ORDER BY 1").stream()
                .map(Long::valueOf)
                .toList(),
            20,
            PERIOD);
        assertThat(mostAtOnce(rows)).isBetween(2, 4);
        assertThat(rows.query("SELECT DISTINCT executor_id FROM workflow_status"))
            .hasSizeGreaterThan(1);
        assertThat(
                rows.query("SELECT COUNT(*) FROM operation_outputs WHERE function_name = 'wrap'"))
            .containsExactly(Integer.toString(count));
      } finally {
        packers.forEach(ChildJvm::close);
      }
    }
  }

  private static long ended(DbosClient client) {
    return client.count(WorkflowQuery.all().withStatus(WorkflowState.SUCCESS));
  }

  /**
   * One that ends makes room for another one only when its end is durable, which is after the time
   * it says. Those of a killed process are left out: they began before what is written.
   */
  private static int mostAtOnce(SystemRows rows) {
    record Change(long atMillis, int by) {}

    List<Change> changes = new ArrayList<>();
    for (String row :
        rows.query("SELECT started_at_epoch_ms || ' ' || completed_at FROM workflow_status")) {
      String[] times = row.split(" ");
      changes.add(new Change(Long.parseLong(times[0]), 1));
      changes.add(new Change(Long.parseLong(times[1]), -1));
    }
    changes.sort(Comparator.comparingLong(Change::atMillis).thenComparingInt(Change::by));
    int now = 0;
    int most = 0;
    for (Change change : changes) {
      now += change.by();
      most = Math.max(most, now);
    }
    return most;
  }
}
