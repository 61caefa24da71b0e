package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.QueueDeduplicatedException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.workflow.Deduplication.Policy;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.Target;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is written when a workflow is put into a queue, before anybody takes it out. */
@Timeout(300)
class EnqueueTest {
  private static final WorkflowDefinition<String, String> PACK =
      WorkflowDefinition.of("pack", String.class, String.class);
  private static final StartOptions QUEUED = StartOptions.DEFAULT.withQueue("packing");

  /** A database in which a tea shop was launched, and is closed. */
  private static DbosClient client(Site site) {
    DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .launch()
        .close();
    return DbosClient.builder(site.systemUrl())
        .applicationName("tea-shop")
        .pool(Pooling.options())
        .build();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsEnqueuedWaitsAsItWasAsked(Product product) {
    try (Site site = Site.of(product);
        DbosClient client = client(site)) {
      client.enqueue(
          PACK,
          "tea",
          QUEUED
              .withId("parcel-1")
              .withPriority(7)
              .withDeduplication("tea")
              .withTimeout(Duration.ofMinutes(5))
              .withAttributes(Map.of("shelf", 4))
              .withAuthenticatedUser("ann", "packer"));

      WorkflowStatus parcel = client.status("parcel-1").orElseThrow();
      assertThat(parcel.state()).isEqualTo(WorkflowState.ENQUEUED);
      assertThat(parcel.queueName()).contains("packing");
      assertThat(parcel.priority()).isEqualTo(7);
      assertThat(parcel.deduplicationId()).contains("tea");
      assertThat(parcel.timeout()).contains(Duration.ofMinutes(5));
      assertThat(parcel.deadline()).isEmpty();
      assertThat(parcel.attempts()).isZero();
      assertThat(parcel.origin().applicationName()).isEqualTo("tea-shop");
      assertThat(parcel.origin().applicationVersion()).isNull();
      assertThat(parcel.attributes()).isEqualTo(Map.of("shelf", 4));
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT inputs FROM workflow_status WHERE class_name IS NULL AND config_name"
                          + " IS NULL AND executor_id IS NULL AND started_at_epoch_ms IS NULL AND"
                          + " serialization = 'portable_json'"))
          .containsExactly("{\"positionalArgs\":[\"tea\"],\"namedArgs\":{}}");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsForAnotherProgramSaysWhose(Product product) {
    try (Site site = Site.of(product);
        DbosClient client = client(site)) {
      client.enqueue(
          "send_mail",
          List.of("ann", 42),
          QUEUED
              .withId("mail-1")
              .withApplicationVersion("2.0")
              .withTarget(
                  Target.application("mailer").withClassName("Mails").withInstanceName("eu")));

      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT application_name || application_version || class_name || config_name"
                          + " || inputs FROM workflow_status"))
          .containsExactly("mailer2.0Mailseu{\"positionalArgs\":[\"ann\",42],\"namedArgs\":{}}");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsDelayedSaysUntilWhen(Product product) {
    Instant tomorrow = Instant.parse("2099-01-01T00:00:00Z");
    try (Site site = Site.of(product);
        DbosClient client = client(site)) {
      client.enqueue(PACK, "tea", QUEUED.withId("parcel-1").withDelayUntil(tomorrow));

      WorkflowStatus parcel = client.status("parcel-1").orElseThrow();
      assertThat(parcel.state()).isEqualTo(WorkflowState.DELAYED);
      assertThat(parcel.delayedUntil()).contains(tomorrow);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anIdIsEnqueuedOnceAndUnderOneName(Product product) {
    WorkflowDefinition<String, String> other =
        WorkflowDefinition.of("post", String.class, String.class);
    try (Site site = Site.of(product);
        DbosClient client = client(site)) {
      client.enqueue(PACK, "tea", QUEUED.withId("parcel-1"));
      client.enqueue(PACK, "coffee", QUEUED.withId("parcel-1"));

      assertThat(client.status("parcel-1").orElseThrow().input(String.class)).contains("tea");
      assertThatThrownBy(() -> client.enqueue(other, "tea", QUEUED.withId("parcel-1")))
          .isInstanceOf(WorkflowConflictException.class)
          .hasMessageContaining("parcel-1 belongs to a workflow named pack");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aDeduplicationIdIsHeldByOneWorkflowOfTheQueue(Product product) {
    StartOptions tea = QUEUED.withDeduplication("tea");
    try (Site site = Site.of(product);
        DbosClient client = client(site)) {
      client.enqueue(PACK, "tea", tea.withId("parcel-1"));

      assertThatThrownBy(() -> client.enqueue(PACK, "tea", tea.withId("parcel-2")))
          .isInstanceOf(QueueDeduplicatedException.class)
          .hasMessage(
              "Workflow parcel-2 was deduplicated due to an existing workflow in queue packing with"
                  + " deduplication ID tea.");
      WorkflowHandle<String> holder =
          client.enqueue(
              PACK,
              "tea",
              QUEUED.withId("parcel-2").withDeduplication("tea", Policy.RETURN_EXISTING));
      assertThat(holder.id()).isEqualTo("parcel-1");
      assertThat(client.status("parcel-2")).isEmpty();
      client.enqueue(PACK, "tea", tea.withQueue("posting").withId("parcel-3"));

      client.cancel("parcel-1");
      client.enqueue(PACK, "tea", tea.withId("parcel-4"));
      assertThat(client.status("parcel-4").orElseThrow().state()).isEqualTo(WorkflowState.ENQUEUED);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aWorkflowEnqueuesAsAStep(Product product) {
    WorkflowDefinition<Void, String> order =
        WorkflowDefinition.of("order", Void.class, String.class);
    try (Site site = Site.of(product)) {
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .workflow(
                  order,
                  none -> {
                    StartOptions tea = QUEUED.withDeduplication("tea");
                    String first = Workflow.start(PACK, "tea", tea).id();
                    try {
                      Workflow.start(PACK, "tea", tea);
                      return first;
                    } catch (QueueDeduplicatedException refused) {
                      return first + ", not " + refused.workflowId();
                    }
                  })
              .launch()) {
        StartOptions id = StartOptions.id("order-1").withAuthenticatedUser("ann");
        assertThat(dbos.run(order, null, id)).isEqualTo("order-1-0, not order-1-1");
        SystemRows.of(site).forgetTheEndOf("order-1");
      }
      try (DBOS dbos =
          DBOS.builder("tea-shop")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .workflow(
                  order,
                  none -> {
                    StartOptions tea = QUEUED.withDeduplication("tea");
                    Workflow.start(PACK, "tea", tea);
                    Workflow.start(PACK, "tea", tea);
                    return "unreachable";
                  })
              .launch()) {
        assertThatThrownBy(() -> dbos.retrieve("order-1", String.class).result())
            .hasCauseInstanceOf(QueueDeduplicatedException.class)
            .hasStackTraceContaining("Workflow order-1-1 was deduplicated");
        WorkflowStatus parcel = dbos.status("order-1-0").orElseThrow();
        assertThat(parcel.parentId()).contains("order-1");
        assertThat(parcel.origin().applicationVersion()).isEqualTo("tea-shop");
        assertThat(parcel.user()).contains("ann");
        assertThat(
                SystemRows.of(site)
                    .query(
                        "SELECT function_name || ':' || child_workflow_id FROM operation_outputs"
                            + " WHERE child_workflow_id IS NOT NULL AND output IS NULL AND error IS"
                            + " NULL"))
            .containsExactly("pack:order-1-0");
      }
    }
  }

  @Test
  void whatMakesNoSenseIsRefusedBeforeAnythingIsWritten() {
    try (Site site = Site.of(Product.SQLITE);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .workflow(PACK, parcel -> parcel)
                .launch()) {
      assertThatThrownBy(() -> dbos.start(PACK, "tea", StartOptions.DEFAULT.withPriority(1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageEndingWith("Name one with withQueue(...).");
      assertThatThrownBy(() -> QUEUED.withPriority(0))
          .hasMessage("Invalid priority 0. Priority must be between 1~2147483647.");
      assertThatThrownBy(() -> QUEUED.withDelay(Duration.ofMillis(-1)))
          .hasMessage("A delay must not be negative: PT-0.001S");
      assertThatThrownBy(
              () ->
                  dbos.start(PACK, "tea", QUEUED.withDeduplication("tea").withPartitionKey("ann")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("Deduplication is not supported for partitioned queues");
      assertThat(SystemRows.of(site).query("SELECT workflow_uuid FROM workflow_status")).isEmpty();
    }
  }
}
