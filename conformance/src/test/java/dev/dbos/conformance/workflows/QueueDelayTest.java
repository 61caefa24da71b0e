package dev.dbos.conformance.workflows;

import static dev.dbos.conformance.workflows.Packing.PACK;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.QueueDeduplicatedException;
import dev.dbos.workflow.Deduplication.Policy;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What enters its queue later, or not at all. */
@Timeout(300)
class QueueDelayTest {
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("packing");
  private static final Queue PACKING =
      Queue.named("packing").withPollingInterval(Duration.ofHours(1));

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsDelayedEntersItsQueueWhenItIsDue(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      List<WorkflowHandle<String>> handles =
          Packing.enqueue(dbos, QUEUED.withDelay(Duration.ofMillis(300)), "tea");
      handles.addAll(Packing.enqueue(dbos, QUEUED.withDelayUntil(Instant.EPOCH), "coffee"));
      Packing.await(handles);

      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT workflow_uuid FROM workflow_status WHERE workflow_uuid = 'tea' AND"
                          + " started_at_epoch_ms >= delay_until_epoch_ms AND started_at_epoch_ms -"
                          + " created_at >= 300"))
          .containsExactly("tea");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDelayMayBeChangedUntilItIsOver(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      List<WorkflowHandle<String>> tea =
          Packing.enqueue(dbos, QUEUED.withDelay(Duration.ofDays(1)), "tea");
      assertThat(tea.getFirst().status().state()).isEqualTo(WorkflowState.DELAYED);
      assertThat(dbos.setDelay("tea", Duration.ofDays(2))).isTrue();
      assertThat(tea.getFirst().status().state()).isEqualTo(WorkflowState.DELAYED);
      assertThat(dbos.setDelay("tea", Duration.ZERO)).isTrue();
      Packing.await(tea);

      assertThat(dbos.setDelay("tea", Duration.ofDays(1))).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDelayedWorkflowMayBeCancelledAndResumed(Product product) {
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site)) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      List<WorkflowHandle<String>> tea =
          Packing.enqueue(dbos, QUEUED.withDelay(Duration.ofDays(1)), "tea");
      dbos.cancel("tea");
      assertThat(tea.getFirst().status().state()).isEqualTo(WorkflowState.CANCELLED);
      dbos.resume("tea");
      Packing.await(tea);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeduplicationIdIsHeldUntilItsWorkflowEnds(Product product) {
    StartOptions tea = QUEUED.withDeduplication("tea");
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated()) {
      DBOS dbos = packing.work(packing.packer("ann").queue(PACKING));
      List<WorkflowHandle<String>> first = Packing.enqueue(dbos, tea, "first");
      Eventually.holds("begun", () -> packing.underWay() == 1);
      assertThatThrownBy(() -> Packing.enqueue(dbos, tea, "second"))
          .isInstanceOf(QueueDeduplicatedException.class);
      packing.letThrough(1);
      Packing.await(first);

      // Free after the end, and after a resume elsewhere; held while it is delayed.
      Packing.enqueue(dbos, tea.withDelay(Duration.ofDays(1)), "third");
      assertThatThrownBy(() -> Packing.enqueue(dbos, tea, "fourth"))
          .isInstanceOf(QueueDeduplicatedException.class);
      dbos.resume(List.of("third"), "packing");
      List<WorkflowHandle<String>> fourth = Packing.enqueue(dbos, tea, "fourth");
      packing.letThrough(2);
      Packing.await(fourth);
      dbos.retrieve("third", String.class).result(Eventually.BOUND);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void ofManyThatComeAtOnceOneIsStartedAndAllGetIt(Product product) throws Exception {
    StartOptions tea = QUEUED.withDeduplication("tea", Policy.RETURN_EXISTING);
    try (Site site = Site.of(product);
        Packing packing = Packing.of(site).gated();
        ExecutorService callers = Executors.newFixedThreadPool(8)) {
      DBOS ann = packing.work(packing.packer("ann").queue(PACKING));
      DBOS ben = packing.work("ben");
      Set<String> ids = ConcurrentHashMap.newKeySet();
      List<Callable<Boolean>> calls = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        DBOS caller = i % 2 == 0 ? ann : ben;
        calls.add(() -> ids.add(caller.start(PACK, "tea", tea).id()));
      }
      for (Future<Boolean> call : callers.invokeAll(calls)) {
        call.get();
      }
      packing.letThrough(1);

      assertThat(ids).hasSize(1);
      assertThat(ann.retrieve(ids.iterator().next(), String.class).result(Eventually.BOUND))
          .isEqualTo("packed tea");
      assertThat(ann.count(WorkflowQuery.all())).isEqualTo(1);
    }
  }
}
