package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.Packing.PACK;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How much of a queue is taken at once, and how fast. */
@Timeout(300)
class QueueLimitTest {
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("packing");
  private static final Duration OFTEN = Duration.ofMillis(50);
  private static final Queue PACKING = Queue.named("packing").withPollingInterval(OFTEN);

  private static DBOS threePackers(Packing packing, Queue queue) {
    DBOS ann = packing.work(packing.packer("ann").queue(queue));
    packing.work("ben");
    packing.work("cho");
    return ann;
  }

  private static String[] parcels(int count, String shelf) {
    return IntStream.range(0, count).mapToObj(i -> i + shelf).toArray(String[]::new);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noMoreRunAtOnceInAllProcessesThanTheConcurrency(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos = threePackers(packing, PACKING.withConcurrency(4));
      List<WorkflowHandle<String>> handles = Packing.enqueue(dbos, QUEUED, parcels(40, ""));
      Eventually.holds("as many as may", () -> packing.underWay() == 4);
      packing.letThrough(40);
      Packing.await(handles);

      assertThat(packing.most()).isEqualTo(4);
      assertThat(packing.begun()).hasSize(40);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noMoreRunAtOnceInOneProcessThanTheWorkerConcurrency(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos = threePackers(packing, PACKING.withWorkerConcurrency(2));
      List<WorkflowHandle<String>> handles = Packing.enqueue(dbos, QUEUED, parcels(20, ""));
      Eventually.holds("as many as may", () -> packing.underWay() == 6);
      packing.letThrough(20);
      Packing.await(handles);

      assertThat(List.of(packing.mostOf("ann"), packing.mostOf("ben"), packing.mostOf("cho")))
          .containsExactly(2, 2, 2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void bothLimitsHoldTogether(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos = threePackers(packing, PACKING.withConcurrency(5).withWorkerConcurrency(2));
      List<WorkflowHandle<String>> handles = Packing.enqueue(dbos, QUEUED, parcels(20, ""));
      Eventually.holds("as many as may", () -> packing.underWay() == 5);
      packing.letThrough(20);
      Packing.await(handles);

      assertThat(packing.most()).isEqualTo(5);
      assertThat(packing.mostOf("ann")).isLessThanOrEqualTo(2);
      assertThat(packing.mostOf("ben")).isLessThanOrEqualTo(2);
      assertThat(packing.mostOf("cho")).isLessThanOrEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void eachPartitionHasItsOwnConcurrency(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos = threePackers(packing, PACKING.withPartitionConcurrency(1));
      List<WorkflowHandle<String>> handles = new ArrayList<>();
      for (String shelf : List.of("@east", "@west")) {
        handles.addAll(Packing.enqueue(dbos, QUEUED.withPartitionKey(shelf), parcels(8, shelf)));
      }
      // Those without a key are a partition, too.
      handles.addAll(Packing.enqueue(dbos, QUEUED, parcels(8, "@")));
      Eventually.holds("one of each", () -> packing.underWay() == 3);
      packing.letThrough(24);
      Packing.await(handles);

      assertThat(packing.most()).isEqualTo(3);
      for (String shelf : List.of("@east", "@west", "@")) {
        assertThat(packing.mostOf(shelf)).isEqualTo(1);
        assertThat(packing.begun().stream().filter(parcel -> parcel.endsWith(shelf)))
            .containsExactly(parcels(8, shelf));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void partitionsShareTheLimitsOfTheQueue(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos =
          threePackers(packing, PACKING.withConcurrency(3).withPartitionWorkerConcurrency(1));
      List<WorkflowHandle<String>> handles = new ArrayList<>();
      for (String shelf : List.of("@east", "@west", "@north", "@south")) {
        handles.addAll(Packing.enqueue(dbos, QUEUED.withPartitionKey(shelf), parcels(5, shelf)));
      }
      Eventually.holds("as many as may", () -> packing.underWay() == 3);
      packing.letThrough(20);
      Packing.await(handles);

      assertThat(packing.most()).isEqualTo(3);
      assertThat(packing.begun()).hasSize(20);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noMoreStartInAnyPeriodThanTheRateLimit(Product product) {
    Duration period = Duration.ofSeconds(1);
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = threePackers(packing, PACKING.withRateLimit(5, period));
      Packing.await(Packing.enqueue(dbos, QUEUED, parcels(15, "")));

      assertRate(starts(site, ""), 5, period);
      assertThat(
              SystemRows.of(site)
                  .query("SELECT workflow_uuid FROM workflow_status WHERE rate_limited"))
          .hasSize(15);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void eachPartitionHasItsOwnRateLimit(Product product) {
    Duration period = Duration.ofMillis(700);
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = threePackers(packing, PACKING.withPartitionRateLimit(2, period));
      List<WorkflowHandle<String>> handles = new ArrayList<>();
      for (String shelf : List.of("@east", "@west")) {
        handles.addAll(Packing.enqueue(dbos, QUEUED.withPartitionKey(shelf), parcels(5, shelf)));
      }
      Packing.await(handles);

      assertRate(starts(site, " WHERE queue_partition_key = '@east'"), 2, period);
      assertRate(starts(site, " WHERE queue_partition_key = '@west'"), 2, period);
    }
  }

  private static List<Long> starts(Site site, String where) {
    return SystemRows.of(site)
        .query("SELECT started_at_epoch_ms FROM workflow_status" + where + " ORDER BY 1")
        .stream()
        .map(Long::valueOf)
        .toList();
  }

  /** Between a start and the one that is {@code limit} behind it there is a period. */
  static void assertRate(List<Long> starts, int limit, Duration period) {
    assertThat(starts.size()).isGreaterThan(limit);
    for (int i = limit; i < starts.size(); i++) {
      assertThat(starts.get(i) - starts.get(i - limit)).isGreaterThanOrEqualTo(period.toMillis());
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aLimitMayBeChangedWhileTheQueueIsServed(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos =
          threePackers(
              packing, PACKING.withConcurrency(1).withPollingInterval(Duration.ofHours(1)));
      List<WorkflowHandle<String>> handles = Packing.enqueue(dbos, QUEUED, parcels(6, ""));
      Eventually.holds("one", () -> packing.underWay() == 1);
      dbos.queues().change("packing", queue -> queue.withConcurrency(3));
      Eventually.holds("three", () -> packing.underWay() == 3);
      dbos.queues().change("packing", queue -> queue.withConcurrency(1));
      packing.letThrough(3);
      Eventually.holds("one again", () -> packing.begun().size() == 4);
      dbos.queues().change("packing", Queue::withoutConcurrency);
      Eventually.holds("all", () -> packing.underWay() == 3);
      packing.letThrough(3);
      Packing.await(handles);

      assertThat(packing.most()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatADeadExecutorHadRunningDoesNotCount(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING.withConcurrency(1)));
      SystemRows rows = SystemRows.of(site);
      ForeignRow.of("held")
          .set("status", "PENDING")
          .set("name", "pack")
          .set("queue_name", "packing")
          .set("executor_id", "dot")
          .set("application_version", "another")
          .set("inputs", "{\"positionalArgs\":[\"held\"]}")
          .insertInto(rows);
      List<WorkflowHandle<String>> waiting = Packing.enqueue(dbos, QUEUED, "tea");
      // Another queue is served meanwhile.
      dbos.fork("held", ForkOptions.fromStep(0).withId("copy").withApplicationVersion("tea-shop"));
      dbos.retrieve("copy", String.class).result(Eventually.BOUND);
      assertThat(waiting.getFirst().status().state()).isEqualTo(WorkflowState.ENQUEUED);

      rows.change(
          "INSERT INTO java_executor_leases (executor_id, application_name, application_version,"
              + " incarnation, started_at, expires_at) VALUES"
              + " ('dot', 'tea-shop', 'another', 'one', 1, 2)");
      Packing.await(waiting);
      assertThat(dbos.status("held").orElseThrow().state()).isEqualTo(WorkflowState.PENDING);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void tenThousandAreTakenInBatchesByThreeAndEachOnce(Product product) {
    int count = 10_000;
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").listenQueues());
      List<String> parcels = IntStream.range(0, count).mapToObj(Integer::toString).toList();
      dbos.enqueueAll(PACK, parcels, QUEUED);
      packing.work(packing.packer("ben").queue(PACKING));
      packing.work("cho");
      packing.work("dot");
      Eventually.holds(
          "all packed",
          () -> dbos.count(WorkflowQuery.all().withStatus(WorkflowState.SUCCESS)) == count);

      assertThat(packing.begun()).hasSize(count).containsAll(parcels);
      assertThat(packing.mostOf("ben")).isLessThanOrEqualTo(1_000);
    }
  }
}
