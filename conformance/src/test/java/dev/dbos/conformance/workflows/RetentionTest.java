package dev.dbos.conformance.workflows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class RetentionTest {
  private static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);
  private static final WorkflowDefinition<String, String> ORDER_WITH_PARCELS =
      WorkflowDefinition.of("order with parcels", String.class, String.class);
  private static final WorkflowDefinition<String, String> PARCEL =
      WorkflowDefinition.of("parcel", String.class, String.class);
  private static final WorkflowDefinition<Void, Long> SPRING_CLEANING =
      WorkflowDefinition.of("spring cleaning", Void.class, Long.class);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration YEAR = Duration.ofDays(365);

  private final SettableClock clock = new SettableClock();
  private final AtomicInteger runs = new AtomicInteger();

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(ORDER, sku -> Workflow.callStep("pack", () -> sku + " " + runs.incrementAndGet()))
        .workflow(
            ORDER_WITH_PARCELS,
            waiting -> {
              Workflow.start(PARCEL, "first").result();
              Workflow.start(PARCEL, waiting);
              if ("order".equals(waiting)) {
                Workflow.receive(String.class, YEAR);
              }
              return "sent";
            })
        .workflow(
            PARCEL,
            waiting -> {
              if ("parcel".equals(waiting)) {
                Workflow.receive(String.class, YEAR);
              }
              return "delivered";
            });
  }

  private static void order(DBOS dbos, String... ids) {
    for (String id : ids) {
      dbos.run(ORDER, "tea", StartOptions.id(id));
    }
  }

  private static List<String> ids(DBOS dbos) {
    return dbos.list(WorkflowQuery.all()).stream().map(WorkflowStatus::id).toList();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatEndedLongAgoGoesAndItsIdRunsAfresh(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      order(dbos, "old-1", "old-2");
      clock.advance(HOUR);
      order(dbos, "young");
      dbos.start(ORDER_WITH_PARCELS, "order", StartOptions.id("open"));
      Eventually.holds("waiting", () -> dbos.steps("open").size() == 4);

      assertThat(dbos.deleteFinished(Retention.age(HOUR.plusMillis(1)))).isZero();
      assertThat(dbos.deleteFinished(Retention.age(HOUR))).isEqualTo(2);

      assertThat(ids(dbos)).contains("young", "open").doesNotContain("old-1", "old-2");
      SystemRows rows = SystemRows.of(site);
      assertThat(rows.query("SELECT workflow_uuid FROM operation_outputs"))
          .contains("young")
          .doesNotContain("old-1", "old-2");
      assertThat(dbos.run(ORDER, "tea", StartOptions.id("old-1"))).isEqualTo("tea 4");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theNewestStayAndWhatTheyHaveStartedIsNotCounted(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      order(dbos, "order-1");
      clock.advance(HOUR);
      dbos.run(ORDER_WITH_PARCELS, "nobody", StartOptions.id("order-2"));
      dbos.retrieve("order-2-2", String.class).result(Eventually.BOUND);
      clock.advance(HOUR);
      order(dbos, "order-3");

      assertThat(dbos.deleteFinished(Retention.newest(3))).isZero();
      assertThat(dbos.deleteFinished(Retention.newest(2))).isEqualTo(1);
      assertThat(ids(dbos))
          .containsExactlyInAnyOrder("order-2", "order-2-0", "order-2-2", "order-3");
      assertThat(dbos.deleteFinished(Retention.newest(2).withAge(HOUR))).isEqualTo(3);
      assertThat(ids(dbos)).containsExactly("order-3");
      assertThat(dbos.deleteFinished(Retention.newest(0))).isEqualTo(1);
      assertThat(ids(dbos)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aTreeStaysAsLongAsSomethingInItGoesOn(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.start(ORDER_WITH_PARCELS, "order", StartOptions.id("open-order"));
      dbos.run(ORDER_WITH_PARCELS, "parcel", StartOptions.id("open-parcel"));
      Eventually.holds("the parcel", () -> dbos.status("open-order-2").isPresent());
      dbos.retrieve("open-order-2", String.class).result(Eventually.BOUND);
      clock.advance(HOUR);

      assertThat(dbos.deleteFinished(Retention.age(Duration.ZERO))).isZero();
      dbos.send("open-parcel-2", "here");
      dbos.retrieve("open-parcel-2", String.class).result(Eventually.BOUND);
      assertThat(dbos.deleteFinished(Retention.age(Duration.ZERO))).isEqualTo(3);
      dbos.send("open-order", "here");
      dbos.retrieve("open-order", String.class).result(Eventually.BOUND);
      assertThat(dbos.deleteFinished(Retention.age(Duration.ZERO))).isEqualTo(3);
      assertThat(ids(dbos)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anOriginalStaysAsLongAsItsForkGoesOn(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(ORDER_WITH_PARCELS, "nobody", StartOptions.id("original"));
      SystemRows.of(site)
          .change(
              "UPDATE workflow_status SET inputs = '{\"positionalArgs\":[\"order\"]}'"
                  + " WHERE workflow_uuid = 'original'");
      WorkflowHandle<?> fork = dbos.fork("original", ForkOptions.fromStep(1).withId("fork"));
      Eventually.holds("waiting", () -> dbos.steps("fork").size() >= 3);

      assertThat(dbos.deleteFinished(Retention.age(Duration.ZERO))).isZero();
      dbos.send("fork", "here");
      fork.result(Eventually.BOUND);
      dbos.retrieve("fork-2", String.class).result(Eventually.BOUND);
      dbos.retrieve("original-2", String.class).result(Eventually.BOUND);
      dbos.deleteFinished(Retention.age(Duration.ZERO));
      assertThat(ids(dbos)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void smallBatchesComeToTheSame(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.start(ORDER_WITH_PARCELS, "order", StartOptions.id("open"));
      for (int number = 0; number < 3; number++) {
        order(dbos, "order-" + number);
        dbos.run(ORDER_WITH_PARCELS, "nobody", StartOptions.id("big-" + number));
        dbos.retrieve("big-" + number + "-2", String.class).result(Eventually.BOUND);
      }
      Eventually.holds("waiting", () -> dbos.steps("open").size() == 4);

      assertThat(dbos.deleteFinished(Retention.age(Duration.ZERO).withBatchSize(2))).isEqualTo(12);
      assertThat(ids(dbos)).containsExactlyInAnyOrder("open", "open-0", "open-2");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void cancelledOnesHaveFinishedAndOthersApplicationsAreLeftAlone(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch();
        DBOS other =
            DBOS.builder("coffee-shop")
                .systemDatabaseUrl(site.systemUrl())
                .clock(clock)
                .workflow(ORDER, sku -> sku)
                .launch();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      dbos.start(ORDER_WITH_PARCELS, "order", StartOptions.id("order-1"));
      Eventually.holds("waiting", () -> dbos.steps("order-1").size() == 4);
      dbos.retrieve("order-1-2", String.class).result(Eventually.BOUND);
      dbos.cancel("order-1");
      other.run(ORDER, "coffee", StartOptions.id("order-2"));

      assertThat(dbos.deleteFinished(Retention.age(Duration.ZERO))).isEqualTo(3);
      assertThat(other.status("order-2")).isPresent();
      assertThat(client.deleteFinished(Retention.newest(0))).isEqualTo(1);
      assertThat(other.status("order-2")).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRunningApplicationDeletesByItselfWhenItHasTheDuty(Product product) {
    Retention none = Retention.newest(0).withInterval(Duration.ofSeconds(1));
    try (Site site = Site.of(product)) {
      try (DBOS dbos = shop(site).launch()) {
        order(dbos, "order-1", "order-2");
      }
      SystemRows rows = SystemRows.of(site);
      try (DBOS one = shop(site).executorId("one").retention(none).launch();
          DBOS other = shop(site).executorId("other").retention(none).launch()) {
        Eventually.holds("deleted", () -> ids(one).isEmpty());
        String holder = rows.query("SELECT holder FROM java_duties").getFirst();
        order(other, "order-3");
        Eventually.holds("deleted, too", () -> ids(other).isEmpty());
        assertThat(rows.query("SELECT holder FROM java_duties")).containsExactly(holder);
      }
      assertThat(rows.query("SELECT holder FROM java_duties")).isEmpty();
      rows.change("INSERT INTO java_duties VALUES ('retention of tea-shop', 'who died', 0)");
      try (DBOS dbos = shop(site).retention(none).launch()) {
        order(dbos, "order-4");
        Eventually.holds("deleted by the next", () -> ids(dbos).isEmpty());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void askedForByAWorkflowItIsAStep(Product product) {
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    SPRING_CLEANING, none -> self[0].deleteFinished(Retention.age(Duration.ZERO)))
                .launch()) {
      self[0] = dbos;
      order(dbos, "order-1", "order-2");
      assertThat(requireNonNull(dbos.run(SPRING_CLEANING, null, StartOptions.id("spring"))))
          .isEqualTo(2L);
      assertThat(dbos.steps("spring"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.deleteFinished");
      assertThat(dbos.status("spring").orElseThrow().state()).isEqualTo(WorkflowState.SUCCESS);
    }
  }

  @Test
  void whatMakesNoSenseIsRefused() {
    assertThatThrownBy(() -> Retention.age(Duration.ofSeconds(-1)))
        .hasMessage("age must not be negative: PT-1S");
    assertThatThrownBy(() -> Retention.newest(-1)).hasMessage("newest must not be negative: -1");
    assertThatThrownBy(() -> Retention.newest(1).withBatchSize(0))
        .hasMessage("batchSize must be from 1 to 10000: 0");
    assertThatThrownBy(() -> Retention.newest(1).withInterval(Duration.ZERO))
        .hasMessage("interval must be at least 1 s: PT0S");
    assertThat(Retention.age(HOUR).withNewest(5)).hasToString("retention of PT1H and the newest 5");
  }
}
