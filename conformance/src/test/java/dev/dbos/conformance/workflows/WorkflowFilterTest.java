package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.dbos.DBOS;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each way to ask for some workflows and not for others. */
class WorkflowFilterTest {
  private static final WorkflowQuery ALL = WorkflowQuery.all();

  /** Two workflows that differ in one column. */
  private static void filterTells(
      Product product, ForeignRow wanted, ForeignRow other, WorkflowQuery... queries) {
    try (Site site = Site.of(product);
        DBOS dbos = launch(site)) {
      wanted.insertInto(SystemRows.of(site));
      other.insertInto(SystemRows.of(site));

      for (WorkflowQuery query : queries) {
        assertThat(ids(dbos, query)).containsExactly("wanted");
        assertThat(dbos.count(query)).isEqualTo(1);
      }
    }
  }

  private static DBOS launch(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .launch();
  }

  private static List<String> ids(DBOS dbos, WorkflowQuery query) {
    return dbos.list(query).stream().map(WorkflowStatus::id).toList();
  }

  private static ForeignRow wanted() {
    return ForeignRow.of("wanted");
  }

  private static ForeignRow other() {
    return ForeignRow.of("other");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byId(Product product) {
    filterTells(
        product,
        wanted(),
        other(),
        ALL.withId("wanted"),
        ALL.withId("wanted", "absent"),
        ALL.withIds(List.of("wanted")));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byTheBeginningOfTheIdToTheLetter(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = launch(site)) {
      for (String id : List.of("order-1", "Order-2", "order_3", "order%4", "refund-5")) {
        ForeignRow.of(id).insertInto(SystemRows.of(site));
      }

      assertThat(ids(dbos, ALL.withIdPrefix("order-"))).containsExactly("order-1");
      assertThat(ids(dbos, ALL.withIdPrefix("order_"))).containsExactly("order_3");
      assertThat(ids(dbos, ALL.withIdPrefix("order%"))).containsExactly("order%4");
      assertThat(ids(dbos, ALL.withIdPrefix("Order", "refund")))
          .containsExactlyInAnyOrder("Order-2", "refund-5");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byState(Product product) {
    filterTells(
        product,
        wanted().set("status", "ERROR"),
        other(),
        ALL.withStatus(WorkflowState.ERROR),
        ALL.withStatus(WorkflowState.ERROR, WorkflowState.CANCELLED),
        ALL.withStatuses(List.of(WorkflowState.ERROR)));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byName(Product product) {
    filterTells(product, wanted().set("name", "refund"), other(), ALL.withName("refund", "absent"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byClassAndInstanceOfAnotherLanguage(Product product) {
    filterTells(
        product,
        wanted().set("class_name", "Till").set("config_name", "till-1"),
        other().set("class_name", "Desk").set("config_name", "desk-1"),
        ALL.withClassName("Till"),
        ALL.withInstanceName("till-1"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byVersionUserAndExecutor(Product product) {
    filterTells(
        product,
        wanted()
            .set("application_version", "v2")
            .set("authenticated_user", "ada")
            .set("executor_id", "till-1"),
        other().set("application_version", "v1").set("executor_id", "till-2"),
        ALL.withVersion("v2"),
        ALL.withUser("ada", "grace"),
        ALL.withExecutor("till-1"));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byQueueAndWhatItIsQueuedWith(Product product) {
    filterTells(
        product,
        wanted()
            .set("status", "ENQUEUED")
            .set("queue_name", "emails")
            .set("deduplication_id", "ada")
            .set("schedule_name", "nightly"),
        other().set("status", "SUCCESS").set("queue_name", "parcels"),
        ALL.withQueue("emails"),
        ALL.withDeduplicationId("ada"),
        ALL.withSchedule("nightly"),
        ALL.queued());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byWhereItCameFrom(Product product) {
    filterTells(
        product,
        wanted()
            .set("parent_workflow_id", "order-1")
            .set("forked_from", "order-0")
            .setTrue("was_forked_from"),
        other(),
        ALL.withParent("order-1"),
        ALL.withForkedFrom("order-0"),
        ALL.children(),
        ALL.roots().children(),
        ALL.thatWereForked());
    filterTells(
        product,
        wanted(),
        other().set("parent_workflow_id", "order-1").setTrue("was_forked_from"),
        ALL.roots(),
        ALL.thatWereNotForked());
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byPeriodFromItsBeginningToBeforeItsEnd(Product product) {
    Instant from = Instant.ofEpochMilli(5_000);
    Instant before = Instant.ofEpochMilli(6_000);
    filterTells(
        product,
        wanted().set("created_at", 5_000),
        other().set("created_at", 6_000),
        ALL.createdFrom(from).createdBefore(before),
        ALL.createdBefore(before));
    filterTells(
        product,
        wanted().set("completed_at", 5_000).set("started_at_epoch_ms", 5_000),
        other().set("completed_at", 4_999).set("started_at_epoch_ms", 4_999),
        ALL.completedFrom(from).completedBefore(before),
        ALL.completedFrom(from),
        ALL.dequeuedFrom(from).dequeuedBefore(before),
        ALL.dequeuedFrom(from));
    filterTells(
        product,
        wanted().set("completed_at", 5_000).set("started_at_epoch_ms", 5_000),
        other(),
        ALL.completedBefore(before),
        ALL.dequeuedBefore(before));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void byAttributesThatContainWhatIsGiven(Product product) {
    String attributes =
        """
        {"customer":"ada","vip":true,"age":36,"rate":0.5,"note":null,"quoted\\"key":"q",
         "address":{"city":"London","lines":["12 St James's Square",{"floor":2}]},"tags":["tea","green"]}
        """;
    filterTells(
        product,
        wanted().set("attributes", attributes),
        other()
            .set("attributes", "{\"customer\":\"grace\",\"vip\":false,\"age\":\"36\",\"tags\":[]}"),
        ALL.withAttributes(Map.of("customer", "ada")),
        ALL.withAttributes(Map.of("vip", true, "age", 36)),
        ALL.withAttributes(Map.of("age", 36.0)),
        ALL.withAttributes(Map.of("rate", 0.5)),
        ALL.withAttributes(Map.of("quoted\"key", "q")),
        ALL.withAttributes(Map.of("address", Map.of("city", "London"))),
        ALL.withAttributes(Map.of("address", Map.of())),
        ALL.withAttributes(Map.of("address", Map.of("lines", List.of(Map.of("floor", 2))))),
        ALL.withAttributes(Map.of("tags", List.of("green"))),
        ALL.withAttributes(Map.of("tags", List.of("green", "tea"))),
        ALL.withAttributes(Collections.singletonMap("note", null)));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void noAttributeIsTakenForAnotherOfTheSameLook(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = launch(site)) {
      wanted()
          .set("attributes", "{\"n\":1,\"t\":true,\"s\":\"1\"}")
          .insertInto(SystemRows.of(site));
      other().set("attributes", "null").insertInto(SystemRows.of(site));

      assertThat(
              Arrays.asList(
                  ids(dbos, ALL.withAttributes(Map.of("n", "1"))),
                  ids(dbos, ALL.withAttributes(Map.of("n", true))),
                  ids(dbos, ALL.withAttributes(Map.of("t", 1))),
                  ids(dbos, ALL.withAttributes(Map.of("t", "true"))),
                  ids(dbos, ALL.withAttributes(Map.of("s", 1))),
                  ids(dbos, ALL.withAttributes(Map.of("n", Map.of()))),
                  ids(dbos, ALL.withAttributes(Map.of("absent", 1)))))
          .allSatisfy(found -> assertThat(found).isEmpty());
      assertThat(ids(dbos, ALL.withAttributes(Map.of()))).hasSize(2);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onlyThisApplicationAndNobodysUnlessAskedOtherwise(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = launch(site)) {
      ForeignRow.of("mine").insertInto(SystemRows.of(site));
      ForeignRow.of("nobodys").setNull("application_name").insertInto(SystemRows.of(site));
      ForeignRow.of("theirs").set("application_name", "bank").insertInto(SystemRows.of(site));

      assertThat(ids(dbos, ALL)).containsExactly("mine", "nobodys");
      assertThat(ids(dbos, ALL.withApplication("bank"))).containsExactly("theirs");
      assertThat(ids(dbos, ALL.withApplication("bank", "tea-shop")))
          .containsExactly("mine", "theirs");
      assertThat(ids(dbos, ALL.withApplication("bank").ofAllApplications()))
          .containsExactly("mine", "nobodys", "theirs");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void filtersOfDifferentKindsAllHoldAndALaterOneReplacesAnEarlier(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = launch(site)) {
      SystemRows rows = SystemRows.of(site);
      ForeignRow.of("1").set("name", "refund").set("status", "ERROR").insertInto(rows);
      ForeignRow.of("2").set("name", "refund").insertInto(rows);
      ForeignRow.of("3").set("status", "ERROR").insertInto(rows);
      WorkflowQuery refunds = ALL.withName("refund");

      assertThat(ids(dbos, refunds.withStatus(WorkflowState.ERROR))).containsExactly("1");
      assertThat(ids(dbos, refunds.withName("checkout"))).containsExactly("3");
      assertThat(ids(dbos, refunds)).containsExactly("1", "2");
      assertThat(ids(dbos, ALL.withIds(List.of()))).isEmpty();
    }
  }

  @Test
  void aLimitBelowOneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ALL.withLimit(0))
        .withMessage("limit must be at least 1: 0");
  }
}
