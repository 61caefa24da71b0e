package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.Packing.PACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.ConfigurationException;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.QueueConflict;
import dev.dbos.workflow.RateLimit;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who takes what out of a queue, and in which order. */
@Timeout(300)
class QueueTest {
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("packing");

  /** Looked at once an hour, unless somebody is told to. */
  private static final Queue PACKING =
      Queue.named("packing").withPollingInterval(Duration.ofHours(1));

  private static final Queue EAGER = PACKING.withPollingInterval(Duration.ofMillis(50));
  private static final Queue ONE_BY_ONE = PACKING.withConcurrency(1);

  @ParameterizedTest
  @EnumSource(Product.class)
  void anIdleWorkerIsWokenByWhatIsEnqueued(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      Packing.await(Packing.enqueue(dbos, QUEUED, "tea"));
      Packing.await(Packing.enqueue(dbos, QUEUED, "coffee"));

      assertThat(packing.begun()).containsExactly("tea", "coffee");
      assertThat(dbos.status("tea").orElseThrow().attempts()).isEqualTo(1);
      assertThat(dbos.status("tea").orElseThrow().queueName()).contains("packing");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void parcelsAreTakenInTheOrderInWhichTheyCame(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").listenQueues());
      List<String> parcels = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        parcels.add("parcel-" + Integer.toHexString(i * 7_919));
      }
      List<WorkflowHandle<String>> handles =
          Packing.enqueue(dbos, QUEUED, parcels.toArray(String[]::new));
      packing.work(packing.packer("ben").queue(ONE_BY_ONE));
      Packing.await(handles);

      assertThat(packing.begun()).isEqualTo(parcels);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theSmallerPriorityGoesFirstAndNoneBeforeAll(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").listenQueues());
      List<WorkflowHandle<String>> handles = new ArrayList<>();
      handles.addAll(Packing.enqueue(dbos, QUEUED.withPriority(Integer.MAX_VALUE), "last"));
      handles.addAll(Packing.enqueue(dbos, QUEUED.withPriority(5), "middle", "middle-too"));
      handles.addAll(Packing.enqueue(dbos, QUEUED, "first"));
      handles.addAll(Packing.enqueue(dbos, QUEUED.withPriority(1), "second"));
      handles.addAll(Packing.enqueue(dbos, QUEUED.withPriority(9), "changed"));
      assertThat(dbos.setPriority("changed", 2)).isTrue();
      packing.work(packing.packer("ben").queue(ONE_BY_ONE));
      Packing.await(handles);

      assertThat(packing.begun())
          .containsExactly("first", "second", "changed", "middle", "middle-too", "last");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void workIsTakenByItsOwnVersionAndThatOfNoneByTheLatest(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS old = packing.work(packing.packer("ann").queue(EAGER).applicationVersion("1.0"));
      DBOS fresh = packing.work(packing.packer("ben").queue(EAGER).applicationVersion("2.0"));

      List<WorkflowHandle<String>> handles = Packing.enqueue(old, QUEUED, "old");
      handles.addAll(Packing.enqueue(fresh, QUEUED, "new"));
      handles.addAll(Packing.enqueue(fresh, QUEUED.withApplicationVersion("1.0"), "for the old"));
      handles.add(old.enqueue(PACK, "for the latest", QUEUED.withId("for the latest")));
      Packing.await(handles);

      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT workflow_uuid || ' ' || application_version FROM workflow_status"
                          + " ORDER BY 1"))
          .containsExactlyInAnyOrder("old 1.0", "new 2.0", "for the old 1.0", "for the latest 2.0");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onlyWhatIsRegisteredIsTaken(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      WorkflowHandle<?> unknown = dbos.enqueue("unpack", List.of("tea"), QUEUED.withId("tea"));
      Packing.await(Packing.enqueue(dbos, QUEUED, "coffee"));
      assertThat(unknown.status().state()).isEqualTo(WorkflowState.ENQUEUED);

      WorkflowDefinition<String, String> unpack =
          WorkflowDefinition.of("unpack", String.class, String.class);
      DBOS other =
          packing.work(packing.packer("ben").workflow(unpack, parcel -> "unpacked " + parcel));
      assertThat(other.retrieve("tea", String.class).result(Eventually.BOUND))
          .isEqualTo("unpacked tea");
      assertThat(unknown.result()).isEqualTo("unpacked tea");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aProcessMayListenToSomeQueues(Product product) {
    Queue posting = Queue.named("posting");
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos =
          packing.work(packing.packer("ann").queue(PACKING).queue(posting).listenQueues("posting"));
      List<WorkflowHandle<String>> packed = Packing.enqueue(dbos, QUEUED, "tea");
      Packing.await(Packing.enqueue(dbos, QUEUED.withQueue("posting"), "coffee"));
      assertThat(packed.getFirst().status().state()).isEqualTo(WorkflowState.ENQUEUED);

      // What is forked waits in a queue that everybody serves.
      dbos.fork("coffee", ForkOptions.fromStep(0).withId("coffee-again"));
      assertThat(dbos.retrieve("coffee-again", String.class).result(Eventually.BOUND))
          .isEqualTo("packed coffee");
      packing.work("ben");
      Packing.await(packed);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatWaitsInADeletedQueueGoesOnWhenItIsRegisteredAgain(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      Packing.await(Packing.enqueue(dbos, QUEUED, "tea"));
      assertThat(dbos.queues().delete("packing")).isTrue();
      assertThat(dbos.queues().delete("packing")).isFalse();
      assertThat(dbos.queues().list()).isEmpty();
      List<WorkflowHandle<String>> waiting = Packing.enqueue(dbos, QUEUED, "coffee");
      assertThat(waiting.getFirst().status().state()).isEqualTo(WorkflowState.ENQUEUED);

      assertThat(dbos.queues().register(PACKING)).isTrue();
      Packing.await(waiting);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsResumedOrForkedMayWaitInAQueue(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      Packing.enqueue(dbos, QUEUED.withQueue("closed"), "tea");
      dbos.cancel("tea");
      dbos.resume(List.of("tea"), "packing");
      dbos.retrieve("tea", String.class).result(Eventually.BOUND);
      dbos.fork(
          "tea",
          ForkOptions.fromStep(0).withId("tea-2").withQueue("packing").withPartitionKey("east"));
      dbos.retrieve("tea-2", String.class).result(Eventually.BOUND);

      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT workflow_uuid || ' ' || queue_name || ' ' ||"
                          + " COALESCE(queue_partition_key, '-') FROM workflow_status ORDER BY 1"))
          .containsExactly("tea packing -", "tea-2 packing east");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theTimeoutOfAQueuedWorkflowBeginsWhenItLeavesTheQueue(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      SettableClock clock = new SettableClock();
      DBOS dbos = packing.work(packing.packer("ann").clock(clock).listenQueues());
      List<WorkflowHandle<String>> tea =
          Packing.enqueue(dbos, QUEUED.withTimeout(Duration.ofHours(1)), "tea");
      clock.advance(Duration.ofHours(2));
      packing.work(packing.packer("ben").clock(clock).queue(PACKING));
      Eventually.holds("begun", () -> packing.underWay() == 1);

      assertThat(tea.getFirst().status().deadline())
          .contains(clock.instant().plus(Duration.ofHours(1)));
      packing.letThrough(1);
      Packing.await(tea);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aChildThatIsEnqueuedEndsAndItsParentGetsTheResult(Product product) {
    WorkflowDefinition<Void, String> order =
        WorkflowDefinition.of("order", Void.class, String.class);
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos =
          packing.work(
              packing
                  .packer("ann")
                  .queue(PACKING)
                  .workflow(order, none -> Workflow.start(PACK, "tea", QUEUED).result()));

      assertThat(dbos.run(order, null, StartOptions.id("order-1"))).isEqualTo("packed tea");
      assertThat(dbos.status("order-1-0").orElseThrow().parentId()).contains("order-1");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void settingsAreKeptAsTheyWereGiven(Product product) {
    Queue full =
        Queue.named("full")
            .withConcurrency(10)
            .withWorkerConcurrency(3)
            .withRateLimit(50, Duration.ofMillis(1_500))
            .withPartitionConcurrency(2)
            .withPartitionWorkerConcurrency(1)
            .withPartitionRateLimit(5, Duration.ofMinutes(1))
            .withPollingInterval(Duration.ofMillis(250));
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(full).queue(PACKING));
      assertThat(dbos.queues().list()).containsExactly(full, PACKING);
      assertThat(dbos.queues().get("full")).contains(full);
      assertThat(dbos.queues().get("none")).isEmpty();

      Queue changed = dbos.queues().change("full", queue -> queue.withoutRateLimit());
      assertThat(changed).isEqualTo(full.withoutRateLimit());
      assertThat(dbos.queues().get("full")).contains(changed);
      assertThatThrownBy(() -> dbos.queues().change("none", queue -> queue))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("There is no queue none.");
      assertThatThrownBy(() -> dbos.queues().register(Queue.named("_dbos_internal_queue")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("reserved queue name");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theOlderKindOfPartitionedQueueLimitsEachPartition(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").listenQueues());
      SystemRows.of(site)
          .change(
              "INSERT INTO queues (queue_id, name, concurrency, worker_concurrency, rate_limit_max,"
                  + " rate_limit_period_sec, partition_queue, created_at, updated_at) VALUES"
                  + " ('q', 'older', 4, 2, 7, 0.5, TRUE, 1, 1)");

      Queue older = dbos.queues().get("older").orElseThrow();
      assertThat(older.concurrency()).isEmpty();
      assertThat(older.partitionConcurrency()).hasValue(4);
      assertThat(older.partitionWorkerConcurrency()).hasValue(2);
      assertThat(older.partitionRateLimit()).contains(new RateLimit(7, Duration.ofMillis(500)));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whoRegistersWhatIsRegisteredChangesItAsThePolicySays(Product product) {
    Queue two = PACKING.withConcurrency(2);
    Queue three = PACKING.withConcurrency(3);
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS old = packing.work(packing.packer("ann").queue(PACKING).applicationVersion("1.0"));
      DBOS fresh = packing.work(packing.packer("ben").queue(two).applicationVersion("2.0"));
      assertThat(old.queues().get("packing")).contains(two);

      assertThat(old.queues().register(three)).isFalse();
      assertThat(old.queues().get("packing")).contains(two);
      assertThat(fresh.queues().register(three, QueueConflict.NEVER_UPDATE)).isFalse();
      assertThat(old.queues().register(three, QueueConflict.ALWAYS_UPDATE)).isTrue();
      assertThat(fresh.queues().get("packing")).contains(three);
      try (DbosClient client =
          DbosClient.builder(site.systemUrl()).pool(Pooling.options()).build()) {
        assertThat(client.queues().register(two)).isTrue();
        assertThat(client.queues().list()).containsExactly(two);
        assertThatThrownBy(
                () -> client.queues().register(two, QueueConflict.UPDATE_IF_LATEST_VERSION))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessageStartingWith("A client has no application version");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aQueueBelongsToTheApplicationThatRegisteredIt(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      packing.work(packing.packer("ann").queue(PACKING));

      assertThatThrownBy(
              () ->
                  DBOS.builder("coffee-shop")
                      .systemDatabaseUrl(site.systemUrl())
                      .systemDatabasePool(Pooling.options())
                      .queue(PACKING)
                      .launch())
          .isInstanceOf(ConfigurationException.class)
          .hasMessage(
              "Queue packing is already registered by application tea-shop in this system database."
                  + " Choose another name.");
      try (DBOS other =
          DBOS.builder("coffee-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .launch()) {
        assertThat(other.queues().list()).isEmpty();
        assertThatThrownBy(() -> other.queues().delete("packing"))
            .isInstanceOf(ConfigurationException.class);
      }
    }
  }
}
