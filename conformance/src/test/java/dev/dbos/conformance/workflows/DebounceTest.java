package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.QueueDeduplicatedException;
import dev.dbos.workflow.Debounce;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Many calls that start a workflow once. */
@Timeout(300)
class DebounceTest {
  private static final WorkflowDefinition<String, String> INDEX =
      WorkflowDefinition.of("index", String.class, String.class);
  private static final WorkflowDefinition<Void, String> EDIT =
      WorkflowDefinition.of("edit", Void.class, String.class);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(INDEX, page -> "indexed " + page);
  }

  private static StartOptions calls(String key, Duration period) {
    return StartOptions.DEFAULT.withDebounce(Debounce.of(key, period));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void callsWithOneKeyStartOneWorkflowWithTheLastInput(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      WorkflowHandle<String> first = dbos.enqueue(INDEX, "draft", calls("tea", HOUR));
      WorkflowStatus waiting = first.status();
      assertThat(waiting.state()).isEqualTo(WorkflowState.DELAYED);
      assertThat(waiting.deduplicationId()).contains("index-tea");
      assertThat(dbos.enqueue(INDEX, "page", calls("tea", HOUR.multipliedBy(2))).id())
          .isEqualTo(first.id());
      assertThat(dbos.enqueue(INDEX, "jam", calls("jam", HOUR)).id()).isNotEqualTo(first.id());
      assertThat(first.status().delayedUntil().orElseThrow())
          .isAfterOrEqualTo(waiting.delayedUntil().orElseThrow().plus(HOUR));

      assertThat(dbos.setDelay(first.id(), Duration.ZERO)).isTrue();
      assertThat(first.result(PATIENCE)).isEqualTo("indexed page");
      assertThat(first.status().deduplicationId()).isEmpty();
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT count(*) FROM workflow_status WHERE is_debounced AND inputs ="
                          + " '{\"positionalArgs\":[\"page\"],\"namedArgs\":{}}'"))
          .containsExactly("1");
      // What comes later is another one.
      WorkflowHandle<String> second =
          dbos.enqueue(INDEX, "second page", calls("tea", Duration.ofMillis(1)));
      assertThat(second.id()).isNotEqualTo(first.id());
      assertThat(second.result(PATIENCE)).isEqualTo("indexed second page");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void itStartsByItselfWhenNoCallComes(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      WorkflowHandle<String> one = dbos.enqueue(INDEX, "page", calls("tea", Duration.ofMillis(50)));
      assertThat(one.result(PATIENCE)).isEqualTo("indexed page");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void callsPutItOffNoLongerThanTheFirstAllows(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      StartOptions limited =
          StartOptions.DEFAULT.withDebounce(
              Debounce.of("tea", HOUR).withLimit(Duration.ofMinutes(90)));
      WorkflowHandle<String> first = dbos.enqueue(INDEX, "page", limited);
      WorkflowStatus before = first.status();
      dbos.enqueue(INDEX, "page 2", calls("tea", HOUR.multipliedBy(9)));
      Duration put =
          Duration.between(
              before.delayedUntil().orElseThrow(), first.status().delayedUntil().orElseThrow());
      assertThat(put).isEqualTo(Duration.ofMinutes(30));

      StartOptions soon =
          StartOptions.DEFAULT.withDebounce(
              Debounce.of("jam", HOUR).withLimit(Duration.ofMillis(50)));
      assertThat(dbos.enqueue(INDEX, "jam", soon).result(PATIENCE)).isEqualTo("indexed jam");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aCancelledOneIsNotRevivedByACall(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      WorkflowHandle<String> first = dbos.enqueue(INDEX, "page", calls("tea", HOUR));
      dbos.cancel(first.id());
      WorkflowHandle<String> second = dbos.enqueue(INDEX, "page", calls("tea", HOUR));
      assertThat(second.id()).isNotEqualTo(first.id());
      assertThat(first.status().state()).isEqualTo(WorkflowState.CANCELLED);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatDoesNotGoWithItIsRefused(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      StartOptions debounced = calls("tea", HOUR);
      for (StartOptions wrong :
          List.of(
              debounced.withPriority(3),
              debounced.withDeduplication("own"),
              debounced.withPartitionKey("own"))) {
        assertThatThrownBy(() -> dbos.enqueue(INDEX, "page", wrong))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "A debounced workflow has no priority, deduplication id or partition key of its"
                    + " own: its key and period decide. Leave them out of the options.");
      }
      assertThatThrownBy(() -> dbos.start(INDEX, "page", debounced))
          .isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> Debounce.of("tea", Duration.ZERO))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("The period of a debounce must be at least 1 ms: PT0S");
      // The id is taken by a workflow that does not wait for calls.
      dbos.enqueue(
          INDEX, "page", StartOptions.DEFAULT.withDeduplication("index-tea").withDelay(HOUR));
      assertThatThrownBy(() -> dbos.enqueue(INDEX, "page", debounced))
          .isInstanceOf(QueueDeduplicatedException.class)
          .hasMessageEndingWith("with deduplication ID index-tea.");
      assertThat(dbos.list(WorkflowQuery.all())).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void callsOfSeveralProcessesAtOnceMeetInOneWorkflow(Product product) throws Exception {
    try (Site site = Site.of(product);
        DBOS one = shop(site).executorId("till-1").launch();
        DBOS two = shop(site).executorId("till-2").launch();
        DbosClient client =
            DbosClient.builder(site.systemUrl()).applicationName("tea-shop").build()) {
      Set<String> ids = ConcurrentHashMap.newKeySet();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        String page = "page " + i;
        threads.add(
            Thread.ofVirtual()
                .start(() -> ids.add(one.enqueue(INDEX, page, calls("tea", HOUR)).id())));
        threads.add(
            Thread.ofVirtual()
                .start(() -> ids.add(two.enqueue(INDEX, page, calls("tea", HOUR)).id())));
      }
      for (Thread thread : threads) {
        thread.join();
      }
      ids.add(client.enqueue("index", List.of("the last"), calls("tea", HOUR)).id());

      assertThat(ids).hasSize(1);
      assertThat(one.list(WorkflowQuery.all())).hasSize(1);
      one.setDelay(ids.iterator().next(), Duration.ZERO);
      assertThat(two.retrieve(ids.iterator().next(), String.class).result(PATIENCE))
          .isEqualTo("indexed the last");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inAWorkflowACallIsAStepThatHappensOnce(Product product) {
    AtomicReference<@Nullable DBOS> shop = new AtomicReference<>();
    try (Site site = Site.of(product)) {
      DbosBuilder builder = withEdit(shop(site), shop);
      String child;
      try (DBOS dbos = builder.launch()) {
        shop.set(dbos);
        child = dbos.run(EDIT, null, StartOptions.id("edit"));
        assertThat(child).isEqualTo("edit-0");
        assertThat(dbos.steps("edit"))
            .extracting(StepStatus::name)
            .containsExactly("index", "index");
        dbos.enqueue(INDEX, "later", calls("tea", HOUR));
        shop.set(null);
      }
      SystemRows.of(site).forgetTheEndOf("edit");
      try (DBOS dbos = withEdit(shop(site), shop).launch()) {
        shop.set(dbos);
        assertThat(dbos.retrieve("edit", String.class).result(PATIENCE)).isEqualTo("edit-0");
        dbos.setDelay(child, Duration.ZERO);
        assertThat(dbos.retrieve(child, String.class).result(PATIENCE)).isEqualTo("indexed later");
      }
    }
  }

  private static DbosBuilder withEdit(DbosBuilder builder, AtomicReference<@Nullable DBOS> shop) {
    return builder.workflow(
        EDIT,
        none -> {
          Eventually.holds("launched", () -> shop.get() != null);
          DBOS dbos = Objects.requireNonNull(shop.get());
          String first = dbos.enqueue(INDEX, "draft", calls("tea", HOUR)).id();
          String second = dbos.enqueue(INDEX, "page", calls("tea", HOUR)).id();
          return first.equals(second) ? first : first + " and " + second;
        });
  }
}
