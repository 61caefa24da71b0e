package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.jooq.JooqDatasource;
import dev.dbos.error.SerializationException;
import dev.dbos.error.StepFailedException;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is shown of one workflow, whoever wrote its row. */
class WorkflowStatusTest {
  record Order(String sku, int pieces) {}

  private static final WorkflowDefinition<Order, List<Order>> CHECKOUT =
      WorkflowDefinition.of("checkout", new TypeRef<Order>() {}, new TypeRef<List<Order>>() {});
  private static final WorkflowDefinition<Void, String> FAIL =
      WorkflowDefinition.of("fail", Void.class, String.class);

  private static final class SoldOut extends RuntimeException {
    private static final long serialVersionUID = 1;

    SoldOut(String message) {
      super(message);
    }
  }

  private static DBOS shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, order -> order == null ? List.of() : List.of(order))
        .workflow(
            FAIL,
            none -> {
              throw new SoldOut("no tea left");
            })
        .launch();
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void everythingTheRowHoldsIsShown(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      ForeignRow.of("order-1")
          .set("status", "DELAYED")
          // Not ours, since we would find it due.
          .set("application_name", "elsewhere")
          .set("queue_name", "emails")
          .set("priority", 7)
          .set("deduplication_id", "ada")
          .set("queue_partition_key", "london")
          .set("delay_until_epoch_ms", 9_000)
          .set("workflow_timeout_ms", 1_500)
          .set("workflow_deadline_epoch_ms", 8_000)
          .set("attributes", "{\"vip\": true, \"age\": 36}")
          .set("forked_from", "order-0")
          .set("parent_workflow_id", "parent-1")
          .setTrue("was_forked_from")
          .set("schedule_name", "nightly")
          .set("authenticated_user", "ada")
          .set("assumed_role", "clerk")
          .set("authenticated_roles", "[\"clerk\",\"boss\"]")
          .set("class_name", "Till")
          .set("config_name", "till-1")
          .set("started_at_epoch_ms", 2_000)
          .set("recovery_attempts", 3)
          .insertInto(SystemRows.of(site));

      WorkflowStatus status = dbos.status("order-1").orElseThrow();

      assertThat(status.state()).isEqualTo(WorkflowState.DELAYED);
      assertThat(status.queueName()).contains("emails");
      assertThat(status.priority()).isEqualTo(7);
      assertThat(status.deduplicationId()).contains("ada");
      assertThat(status.settings().queueing().partitionKey()).isEqualTo("london");
      assertThat(status.delayedUntil()).contains(Instant.ofEpochMilli(9_000));
      assertThat(status.timeout()).contains(Duration.ofMillis(1_500));
      assertThat(status.deadline()).contains(Instant.ofEpochMilli(8_000));
      assertThat(status.attributes()).isEqualTo(Map.of("vip", true, "age", 36));
      assertThat(status.forkedFrom()).contains("order-0");
      assertThat(status.parentId()).contains("parent-1");
      assertThat(status.progress().wasForked()).isTrue();
      assertThat(status.origin().scheduleName()).isEqualTo("nightly");
      assertThat(status.user()).contains("ada");
      assertThat(status.origin().caller().assumedRole()).isEqualTo("clerk");
      assertThat(status.origin().caller().roles()).containsExactly("clerk", "boss");
      assertThat(status.settings().className()).isEqualTo("Till");
      assertThat(status.settings().instanceName()).isEqualTo("till-1");
      assertThat(status.dequeuedAt()).contains(Instant.ofEpochMilli(2_000));
      assertThat(status.attempts()).isEqualTo(3);
      assertThat(status.outcome()).isEqualTo(new Payload(null, null, "portable_json"));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inputOutputAndErrorAreHadByTheirTypes(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(CHECKOUT, new Order("tea", 2), StartOptions.id("order-1"));
      assertThatThrownBy(() -> dbos.run(FAIL, null, StartOptions.id("order-2"))).isNotNull();

      WorkflowStatus good = dbos.status("order-1").orElseThrow();
      WorkflowStatus bad = dbos.status("order-2").orElseThrow();

      assertThat(good.input(Order.class)).contains(new Order("tea", 2));
      assertThat(good.output(new TypeRef<List<Order>>() {})).contains(List.of(new Order("tea", 2)));
      assertThat(good.error()).isEmpty();
      assertThat(bad.input(Void.class)).isEmpty();
      assertThat(bad.output(String.class)).isEmpty();
      assertThat(bad.error().orElseThrow())
          .isInstanceOf(StepFailedException.class)
          .hasMessageContaining("no tea left")
          .extracting(error -> ((StepFailedException) error).originalType())
          .asString()
          .contains("SoldOut");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatMayBeLargeIsOnlyReadWhenAskedFor(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(CHECKOUT, new Order("tea", 2), StartOptions.id("order-1"));
      WorkflowQuery query = WorkflowQuery.all();

      WorkflowStatus small = dbos.list(query).getFirst();
      assertThatIllegalStateException()
          .isThrownBy(small::outcome)
          .withMessage(
              "The outcome of workflow order-1 was not read. Ask with WorkflowQuery.withOutputs().");
      assertThatIllegalStateException()
          .isThrownBy(() -> small.input(Order.class))
          .withMessage(
              "The input of workflow order-1 was not read. Ask with WorkflowQuery.withInputs().");
      assertThat(dbos.list(query.withInputs()).getFirst().input(Order.class))
          .contains(new Order("tea", 2));
      assertThat(dbos.list(query.withOutputs()).getFirst().outcome().outputText())
          .isEqualTo("[{\"sku\":\"tea\",\"pieces\":2}]");
      assertThat(dbos.list(query.withInputs().withOutputs()).getFirst())
          .isEqualTo(dbos.status("order-1").orElseThrow());
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aRowThatNobodyCanReadIsListedWithItsText(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      ForeignRow.of("pickled")
          .set("serialization", "py_pickle")
          .set("inputs", "gASVDg==")
          .set("output", "gASVDw==")
          .insertInto(SystemRows.of(site));
      ForeignRow.of("torn")
          .set("output", "{\"sku\":")
          .set("inputs", "[1]")
          .set("authenticated_roles", "")
          .set("authenticated_user", "")
          .set("attributes", "[1]")
          .insertInto(SystemRows.of(site));
      ForeignRow.of("unheard-of")
          .set("status", "PAUSED")
          .setNull("name")
          .setNull("serialization")
          .set("authenticated_roles", "null")
          .set("attributes", "null")
          .set("error", "no JSON")
          .insertInto(SystemRows.of(site));

      List<WorkflowStatus> all = dbos.list(WorkflowQuery.all().withInputs().withOutputs());

      assertThat(all)
          .extracting(WorkflowStatus::id)
          .containsExactly("pickled", "torn", "unheard-of");
      WorkflowStatus pickled = all.get(0);
      assertThat(pickled.outcome()).isEqualTo(new Payload("gASVDw==", null, "py_pickle"));
      assertThatThrownBy(() -> pickled.output(String.class))
          .isInstanceOf(SerializationException.class)
          .hasMessage(
              "The output of workflow pickled is stored in format py_pickle, which is not"
                  + " portable_json. Its text can be had, but not a value.");
      assertThatThrownBy(() -> pickled.input(String.class))
          .isInstanceOf(SerializationException.class)
          .hasMessageStartingWith("The input of workflow pickled is stored in format py_pickle");
      WorkflowStatus torn = all.get(1);
      assertThatThrownBy(() -> torn.output(Order.class)).isInstanceOf(SerializationException.class);
      assertThat(torn.input().outputText()).isEqualTo("[1]");
      assertThat(torn.origin().caller().roles()).isEmpty();
      assertThat(torn.user()).isEmpty();
      assertThat(torn.attributes()).isEmpty();
      assertThat(torn.settings().attributesText()).isEqualTo("[1]");
      WorkflowStatus unheardOf = all.get(2);
      assertThat(unheardOf.state()).isEqualTo(WorkflowState.UNKNOWN);
      assertThat(unheardOf.progress().stateText()).isEqualTo("PAUSED");
      assertThat(unheardOf.name()).isEmpty();
      assertThat(unheardOf.attributes()).isEmpty();
      assertThat(unheardOf.error().orElseThrow())
          .hasMessageContaining("The recorded error cannot be read: no JSON");
      assertThat(dbos.list(WorkflowQuery.all().withStatus(WorkflowState.UNKNOWN)))
          .extracting(WorkflowStatus::id)
          .containsExactly("unheard-of");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatAWorkflowSeesIsRecordedAndTheSameOnReplay(Product product) {
    WorkflowDefinition<Void, List<String>> census =
        WorkflowDefinition.of("census", new TypeRef<Void>() {}, new TypeRef<List<String>>() {});
    List<DBOS> self = new ArrayList<>();
    try (Site site = Site.of(product)) {
      List<String> first = census(site, census, self, false);
      ForeignRow.of("order-9").insertInto(SystemRows.of(site));
      SystemRows.of(site).forgetTheEndOf("census-1");

      List<String> again = census(site, census, self, true);

      assertThat(again).isEqualTo(first).containsExactly("order-1", "[order-1]", "1", "0", "1");
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT function_name FROM operation_outputs WHERE workflow_uuid = 'census-1'"
                          + " ORDER BY function_id"))
          .containsExactly(
              "DBOS.getWorkflowStatus",
              "DBOS.listWorkflows",
              "DBOS.countWorkflows",
              "DBOS.listWorkflowSteps",
              "DBOS.getWorkflowAggregates");
    }
  }

  private static List<String> census(
      Site site, WorkflowDefinition<Void, List<String>> census, List<DBOS> self, boolean again) {
    try (DBOS dbos =
        DBOS.builder("tea-shop")
            .systemDatabaseUrl(site.systemUrl())
            .systemDatabasePool(Pooling.options())
            .workflow(CHECKOUT, order -> List.of())
            .workflow(census, none -> count(self.getLast()))
            .launch()) {
      self.add(dbos);
      if (!again) {
        dbos.run(CHECKOUT, new Order("tea", 1), StartOptions.id("order-1"));
      }
      return dbos.run(census, null, StartOptions.id("census-1"));
    }
  }

  private static List<String> count(DBOS dbos) {
    WorkflowQuery orders = WorkflowQuery.all().withName("checkout");
    return List.of(
        dbos.status("order-1").map(WorkflowStatus::id).orElse("missing"),
        dbos.list(orders).stream().map(WorkflowStatus::id).toList().toString(),
        Long.toString(dbos.count(orders)),
        Integer.toString(dbos.steps("order-1").size()),
        Integer.toString(
            dbos.aggregate(orders, WorkflowAggregation.by(WorkflowAggregation.Property.NAME))
                .size()));
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideATransactionItIsRefused(Product product) {
    try (Site site = Site.of(product);
        JooqDatasource datasource = JooqDatasource.builder(site.systemUrl()).name("shop").build();
        DBOS dbos = shop(site)) {
      assertThatIllegalStateException()
          .isThrownBy(
              () ->
                  datasource.runTransaction(
                      "report", tx -> assertThat(dbos.list(WorkflowQuery.all())).isEmpty()))
          .withMessage(
              "Workflows.list was called inside transaction \"report\" of datasource shop. Call it"
                  + " before or after the transaction.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAStepItJustLooks(Product product) {
    WorkflowDefinition<Void, String> look = WorkflowDefinition.of("look", Void.class, String.class);
    List<DBOS> self = new ArrayList<>();
    try (Site site = Site.of(product);
        DBOS dbos =
            DBOS.builder("tea-shop")
                .systemDatabaseUrl(site.systemUrl())
                .systemDatabasePool(Pooling.options())
                .workflow(
                    look,
                    none ->
                        Workflow.callStep(
                            "look", () -> "" + self.getLast().count(WorkflowQuery.all())))
                .launch()) {
      self.add(dbos);

      assertThat(dbos.run(look, null, StartOptions.id("look-1"))).isEqualTo("1");
      assertThat(dbos.steps("look-1")).hasSize(1);
    }
  }
}
