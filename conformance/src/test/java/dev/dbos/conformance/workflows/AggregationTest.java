package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepAggregate;
import dev.dbos.workflow.StepAggregation;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowAggregate;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowAggregation.Property;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AggregationTest {
  private static final WorkflowQuery ALL = WorkflowQuery.all();

  private static DBOS shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .launch();
  }

  private static Instant at(long millis) {
    return Instant.ofEpochMilli(millis);
  }

  private static void stockUp(Site site) {
    SystemRows rows = SystemRows.of(site);
    ForeignRow.of("1")
        .set("created_at", 1_000)
        .set("queue_name", "emails")
        .set("started_at_epoch_ms", 1_250)
        .set("completed_at", 4_000)
        .insertInto(rows);
    ForeignRow.of("2").set("created_at", 1_999).set("completed_at", 2_000).insertInto(rows);
    ForeignRow.of("3")
        .set("created_at", 2_000)
        .set("status", "ERROR")
        .set("application_version", "v2")
        .set("executor_id", "till-1")
        .insertInto(rows);
    ForeignRow.of("4").set("created_at", 5_000).set("name", "refund").insertInto(rows);
    ForeignRow.of("5").set("application_name", "bank").insertInto(rows);
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void workflowsAreCountedByWhatTheyHaveInCommon(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      stockUp(site);

      List<WorkflowAggregate> groups =
          dbos.aggregate(ALL, WorkflowAggregation.by(Property.NAME, Property.STATUS));

      assertThat(groups)
          .containsExactlyInAnyOrder(
              new WorkflowAggregate(
                  Map.of(Property.NAME, "checkout", Property.STATUS, "SUCCESS"),
                  null,
                  2,
                  at(1_000),
                  Duration.ofMillis(250),
                  Duration.ofMillis(3_000)),
              new WorkflowAggregate(
                  Map.of(Property.NAME, "checkout", Property.STATUS, "ERROR"),
                  null,
                  1,
                  at(2_000),
                  null,
                  null),
              new WorkflowAggregate(
                  Map.of(Property.NAME, "refund", Property.STATUS, "SUCCESS"),
                  null,
                  1,
                  at(5_000),
                  null,
                  null));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAGroupLacksIsMissing(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      stockUp(site);

      List<WorkflowAggregate> groups =
          dbos.aggregate(
              ALL.ofAllApplications(),
              WorkflowAggregation.by(
                  List.of(
                      Property.QUEUE, Property.VERSION, Property.EXECUTOR, Property.APPLICATION)));

      assertThat(groups)
          .extracting(WorkflowAggregate::values)
          .containsExactlyInAnyOrder(
              Map.of(Property.APPLICATION, "tea-shop"),
              Map.of(Property.APPLICATION, "tea-shop", Property.QUEUE, "emails"),
              Map.of(
                  Property.APPLICATION,
                  "tea-shop",
                  Property.VERSION,
                  "v2",
                  Property.EXECUTOR,
                  "till-1"),
              Map.of(Property.APPLICATION, "bank"));
      assertThat(groups).extracting(WorkflowAggregate::count).contains(2L);
      assertThat(groups.getFirst().value(Property.NAME)).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void workflowsAreCountedOverTime(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      stockUp(site);
      Duration second = Duration.ofSeconds(1);

      List<WorkflowAggregate> seconds =
          dbos.aggregate(ALL.withName("checkout"), WorkflowAggregation.byTime(second));
      List<WorkflowAggregate> states =
          dbos.aggregate(ALL, WorkflowAggregation.by(Property.STATUS).overTime(second));

      assertThat(seconds)
          .extracting(group -> group.bucket().orElseThrow() + " " + group.count())
          .containsExactly(at(1_000) + " 2", at(2_000) + " 1");
      assertThat(states)
          .extracting(
              group -> group.bucket().orElseThrow() + group.value(Property.STATUS).orElseThrow())
          .containsExactly(at(1_000) + "SUCCESS", at(2_000) + "ERROR", at(5_000) + "SUCCESS");
      assertThat(
              dbos.aggregate(
                  ALL.withStatus(WorkflowState.SUCCESS).withLimit(1),
                  WorkflowAggregation.byTime(second).withLimit(1)))
          .extracting(WorkflowAggregate::count)
          .containsExactly(2L);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void stepsAreCountedByNameAndHowTheyEnded(Product product) {
    SettableClock clock = new SettableClock();
    Instant opening = clock.instant();
    WorkflowDefinition<Integer, Integer> checkout =
        WorkflowDefinition.of("checkout", Integer.class, Integer.class);
    try (Site site = Site.of(product);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .systemDatabasePool(Pooling.options())
                .clock(clock)
                .workflow(checkout, seconds -> pack(clock, seconds == null ? 0 : seconds))
                .launch()) {
      dbos.run(checkout, 3, StartOptions.id("order-1"));
      dbos.run(checkout, 5, StartOptions.id("order-2"));
      dbos.run(checkout, 100, StartOptions.id("order-3"));

      List<StepAggregate> groups =
          dbos.aggregate(
              StepQuery.all(),
              StepAggregation.by(StepAggregation.Property.NAME, StepAggregation.Property.STATUS));

      assertThat(groups)
          .containsExactlyInAnyOrder(
              new StepAggregate("pack", StepStatus.State.SUCCESS, null, 2, Duration.ofSeconds(5)),
              new StepAggregate("pack", StepStatus.State.ERROR, null, 1, Duration.ofSeconds(100)),
              new StepAggregate("label", StepStatus.State.SUCCESS, null, 3, Duration.ZERO));
      assertThat(
              dbos.aggregate(
                  StepQuery.all().withName("pack").completedBefore(opening.plusSeconds(60)),
                  StepAggregation.byTime(Duration.ofSeconds(4))))
          .extracting(group -> group.bucket().orElseThrow() + " " + group.count())
          .containsExactly(opening + " 1", opening.plusSeconds(8) + " 1");
      assertThat(
              dbos.aggregate(
                  StepQuery.all().withState(StepStatus.State.ERROR),
                  StepAggregation.by(List.of(StepAggregation.Property.NAME))))
          .extracting(StepAggregate::name)
          .singleElement()
          .isEqualTo(Optional.of("pack"));
    }
  }

  private static int pack(SettableClock clock, int seconds) {
    try {
      Workflow.runStep(
          "pack",
          () -> {
            clock.advance(Duration.ofSeconds(seconds));
            if (seconds > 10) {
              throw new IllegalStateException("too slow");
            }
          });
    } catch (IllegalStateException tooSlow) {
      // Labelled all the same.
    }
    Workflow.runStep("label", () -> {});
    return seconds;
  }

  @Test
  void whatCannotBeGroupedByIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkflowAggregation.by(List.of()))
        .withMessage(
            "An aggregation needs something to group by: at least one property, or"
                + " byTime(period).");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepAggregation.by(List.of()))
        .withMessageStartingWith("An aggregation needs something to group by");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkflowAggregation.byTime(Duration.ZERO))
        .withMessage("The period must be at least 1 ms: PT0S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> WorkflowAggregation.by(Property.NAME).overTime(Duration.ofNanos(999_999)))
        .withMessage("The period must be at least 1 ms: PT0.000999999S");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> StepAggregation.byTime(Duration.ofMillis(1)).withLimit(0))
        .withMessage("limit must be at least 1: 0");
  }
}
