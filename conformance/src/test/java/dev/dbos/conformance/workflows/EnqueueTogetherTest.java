package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.Target;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A runtime puts workflows into queues together with whatever else it writes. */
@Timeout(300)
class EnqueueTogetherTest {
  private static final WorkflowDefinition<String, String> PACK =
      WorkflowDefinition.of("pack", String.class, String.class);
  private static final WorkflowDefinition<String, String> POST =
      WorkflowDefinition.of("post", String.class, String.class);
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("packing");
  private static final int CALLERS = 32;
  private static final Set<String> DIFFERENT = Set.of("workflow_uuid", "created_at", "updated_at");

  private static DBOS launch(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(PACK, tea -> tea)
        .workflow(POST, tea -> tea)
        .launch();
  }

  /** All that rows say but their ids and when they were made. */
  private static List<Map<String, String>> rows(Site site, String idPattern) {
    List<Map<String, String>> rows =
        SystemRows.of(site)
            .rows(
                "SELECT * FROM workflow_status WHERE workflow_uuid LIKE '"
                    + idPattern
                    + "' ORDER BY workflow_uuid");
    rows.forEach(row -> row.keySet().removeAll(DIFFERENT));
    return rows;
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theRowIsTheOneThatAClientWrites(Product product) {
    Instant tomorrow = Instant.ofEpochMilli(Instant.now().toEpochMilli()).plus(Duration.ofDays(1));
    List<StartOptions> ways =
        List.of(
            QUEUED,
            QUEUED
                .withPriority(7)
                .withPartitionKey("shelf")
                .withTimeout(Duration.ofMinutes(5))
                .withAttributes(Map.of("shelf", 4))
                .withAuthenticatedUser("ann", "packer"),
            QUEUED.withDelayUntil(tomorrow),
            QUEUED.withTarget(Target.OWN.withClassName("Packing").withInstanceName("night")));
    try (Site site = Site.of(product);
        DBOS dbos = launch(site);
        DbosClient client =
            DbosClient.builder(site.systemUrl())
                .applicationName("tea-shop")
                .pool(Pooling.options())
                .build()) {
      for (int way = 0; way < ways.size(); way++) {
        StartOptions options = ways.get(way).withApplicationVersion("1");
        dbos.start(PACK, "tea", options.withId("ours-" + way));
        client.enqueue(PACK, "tea", options.withId("client-" + way));
      }

      assertThat(rows(site, "ours-%")).hasSize(ways.size()).isEqualTo(rows(site, "client-%"));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void oneIdIsOneWorkflowHoweverManyAskAtOnce(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS dbos = launch(site);
        ExecutorService callers = Executors.newFixedThreadPool(CALLERS)) {
      CountDownLatch ready = new CountDownLatch(CALLERS);
      List<Future<String>> calls = new ArrayList<>();
      for (int i = 0; i < CALLERS; i++) {
        WorkflowDefinition<String, String> definition = i % 2 == 0 ? PACK : POST;
        calls.add(
            callers.submit(
                () -> {
                  ready.countDown();
                  ready.await();
                  dbos.start(definition, "tea", QUEUED.withId("parcel"));
                  return definition.name();
                }));
      }

      callers.shutdown();
      assertThat(callers.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
      List<WorkflowStatus> all = dbos.list(WorkflowQuery.all());
      assertThat(all).hasSize(1);
      String name = all.getFirst().name();
      for (int i = 0; i < CALLERS; i++) {
        Future<String> call = calls.get(i);
        if ((i % 2 == 0 ? PACK : POST).name().equals(name)) {
          assertThat(call.get()).isEqualTo(name);
        } else {
          assertThatThrownBy(call::get)
              .isInstanceOf(ExecutionException.class)
              .hasCauseInstanceOf(WorkflowConflictException.class);
        }
      }
    }
  }
}
