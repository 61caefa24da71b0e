package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.datasource.jdbc.JdbcDatasource;
import dev.dbos.error.SerializationException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowFunction;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Attributes, users, delays and priorities. */
@Timeout(300)
class SteeringTest {
  private static final WorkflowDefinition<Void, String> CHECKOUT =
      WorkflowDefinition.of("checkout", Void.class, String.class);
  private static final WorkflowDefinition<Void, String> SHIP =
      WorkflowDefinition.of("ship", Void.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private final SettableClock clock = new SettableClock();

  private DbosBuilder shop(Site site, WorkflowFunction<@Nullable Void, @Nullable String> checkout) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(CHECKOUT, checkout)
        .workflow(SHIP, none -> "shipped");
  }

  private DBOS shop(Site site) {
    return shop(site, none -> "shipped").launch();
  }

  private static @Nullable String attributes(Site site, String id) {
    return SystemRows.of(site)
        .query("SELECT attributes FROM workflow_status WHERE workflow_uuid = '" + id + "'")
        .getFirst();
  }

  private static String compact(@Nullable String json) {
    return String.valueOf(json).replace(" ", "");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void attributesAreGivenAtTheStartAndNotHandedDown(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site, none -> Workflow.start(SHIP).result()).launch()) {
      dbos.run(CHECKOUT, null, ORDER.withAttributes(Map.of("customer", "Ada")));
      assertThat(compact(attributes(site, "order-42"))).isEqualTo("{\"customer\":\"Ada\"}");
      assertThat(attributes(site, "order-42-0")).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void attributesAreReplacedMergedAndCleared(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(CHECKOUT, null, ORDER);
      Map<String, Object> first = new LinkedHashMap<>();
      first.put("pieces", 2);
      first.put("gift", true);
      dbos.setAttributes("order-42", first);
      assertThat(compact(attributes(site, "order-42"))).contains("\"pieces\":2", "\"gift\":true");

      Map<String, @Nullable Object> second = new LinkedHashMap<>();
      second.put("gift", null);
      second.put("tags", List.of("tea", "green"));
      second.put("pieces", 3);
      dbos.mergeAttributes("order-42", second);
      assertThat(compact(attributes(site, "order-42")))
          .contains("\"pieces\":3", "\"tags\":[\"tea\",\"green\"]")
          .doesNotContain("gift");

      dbos.setAttributes("order-42", Map.of("customer", "Ada"));
      assertThat(compact(attributes(site, "order-42"))).isEqualTo("{\"customer\":\"Ada\"}");
      dbos.setAttributes("order-42", Map.of());
      assertThat(attributes(site, "order-42")).isNull();
      dbos.mergeAttributes("order-42", Map.of("customer", "Bob"));
      assertThat(compact(attributes(site, "order-42"))).isEqualTo("{\"customer\":\"Bob\"}");
      dbos.setAttributes("order-42", null);
      assertThat(attributes(site, "order-42")).isNull();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void attributesThatAnotherImplementationLeftAsAJsonNullAreNone(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(CHECKOUT, null, ORDER);
      SystemRows.of(site).change("UPDATE workflow_status SET attributes = 'null'");
      dbos.mergeAttributes("order-42", Map.of("customer", "Ada"));
      assertThat(compact(attributes(site, "order-42"))).isEqualTo("{\"customer\":\"Ada\"}");
    }
  }

  @Test
  void attributesThatJsonCannotHoldAreRefused() {
    assertThatThrownBy(() -> ORDER.withAttributes(Map.of("till", new Thread())))
        .isInstanceOf(SerializationException.class)
        .hasMessage(
            "The attributes of a workflow must be values that JSON can hold: java.lang.Thread"
                + " cannot be stored: it is an open resource; use the data read from it instead");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whomAWorkflowRunsForIsRecordedAndHandedDown(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      Workflow.start(SHIP).result();
                      return Workflow.start(
                              SHIP,
                              null,
                              StartOptions.DEFAULT.withAuthenticatedUser("bob", "packer"))
                          .result();
                    })
                .launch()) {
      dbos.run(
          CHECKOUT,
          null,
          ORDER.withAuthenticatedUser("ada", "buyer", "admin").withAssumedRole("buyer"));
      assertThat(
              SystemRows.of(site)
                  .query(
                      "SELECT workflow_uuid || ' ' || authenticated_user || ' ' || assumed_role ||"
                          + " ' ' || authenticated_roles FROM workflow_status ORDER BY 1"))
          .containsExactly(
              "order-42 ada buyer [\"buyer\",\"admin\"]",
              "order-42-0 ada buyer [\"buyer\",\"admin\"]",
              "order-42-2 bob buyer [\"packer\"]");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onlyADelayThatLastsStillIsMoved(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(CHECKOUT, null, ORDER);
      assertThat(dbos.setDelay("order-42", Duration.ofMinutes(1))).isFalse();
      SystemRows rows = SystemRows.of(site);
      // Of nobody here, whose clock would find it due.
      rows.change(
          "UPDATE workflow_status SET status = 'DELAYED', delay_until_epoch_ms = 1,"
              + " application_name = 'elsewhere'");
      String delay = "SELECT delay_until_epoch_ms FROM workflow_status";

      assertThat(dbos.setDelay("order-42", Duration.ofMinutes(1))).isTrue();
      assertThat(rows.query(delay)).containsExactly("1772352060000");
      assertThat(dbos.setDelay("order-42", Instant.ofEpochMilli(1772352000007L))).isTrue();
      assertThat(rows.query(delay)).containsExactly("1772352000007");
      assertThatThrownBy(() -> dbos.setDelay("order-42", Duration.ofSeconds(-1)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("A delay must not be negative: PT-1S");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void onlyWhatWaitsInAQueueIsPrioritized(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      dbos.run(CHECKOUT, null, ORDER);
      assertThat(dbos.setPriority("order-42", 3)).isFalse();
      SystemRows rows = SystemRows.of(site);
      for (String state : List.of("DELAYED", "ENQUEUED")) {
        rows.change(
            "UPDATE workflow_status SET queue_name = 'deliveries', priority = 0, status = '"
                + state
                + "'");
        assertThat(dbos.setPriority("order-42", 3)).isTrue();
        assertThat(rows.query("SELECT priority FROM workflow_status")).containsExactly("3");
      }
      assertThatThrownBy(() -> dbos.setPriority("order-42", -1))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("Invalid priority -1. Priority must be between 0 and 2147483647.");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void unknownWorkflowsAreSaidToBeUnknown(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site)) {
      List<Runnable> changes =
          List.of(
              () -> dbos.setDelay("never", Duration.ZERO),
              () -> dbos.setDelay("never", Instant.EPOCH),
              () -> dbos.setPriority("never", 1),
              () -> dbos.setAttributes("never", Map.of()),
              () -> dbos.mergeAttributes("never", Map.of()));
      for (Runnable change : changes) {
        assertThatThrownBy(change::run)
            .isInstanceOf(UnknownWorkflowException.class)
            .hasMessage("There is no workflow with id never in the system database.");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAWorkflowEachIsAStep(Product product) {
    DBOS[] self = new DBOS[1];
    List<Boolean> answers = new ArrayList<>();
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(
                    site,
                    none -> {
                      self[0].setAttributes(Workflow.id(), Map.of("state", "paid"));
                      answers.add(self[0].setDelay("order-1", Duration.ofMinutes(1)));
                      answers.add(self[0].setPriority("order-1", 9));
                      Workflow.runStep(
                          "in a step", () -> self[0].mergeAttributes("order-1", Map.of("a", 1)));
                      return "shipped";
                    })
                .launch()) {
      self[0] = dbos;
      dbos.run(SHIP, null, StartOptions.id("order-1"));
      SystemRows.of(site).change("UPDATE workflow_status SET status = 'DELAYED'");
      dbos.run(CHECKOUT, null, ORDER);
      SystemRows.of(site)
          .change(
              "UPDATE workflow_status SET status = 'CANCELLED', output = NULL WHERE workflow_uuid ="
                  + " 'order-42'");
      SystemRows.of(site)
          .change("UPDATE workflow_status SET status = 'SUCCESS' WHERE workflow_uuid = 'order-1'");
      dbos.resume("order-42");

      assertThat(dbos.retrieve("order-42", String.class).result()).isEqualTo("shipped");
      assertThat(answers).containsExactly(true, true, true, true);
      assertThat(dbos.steps("order-42"))
          .extracting(StepStatus::name)
          .containsExactly(
              "DBOS.updateWorkflowAttributes",
              "DBOS.setWorkflowDelay",
              "DBOS.setWorkflowPriority",
              "in a step");
      assertThat(compact(attributes(site, "order-42"))).isEqualTo("{\"state\":\"paid\"}");
      assertThat(compact(attributes(site, "order-1"))).isEqualTo("{\"a\":1}");
    }
  }

  @Test
  void insideATransactionNothingIsSteered() {
    try (Site site = Site.of(Product.SQLITE);
        JdbcDatasource stock = JdbcDatasource.create(site.anotherUrl());
        DBOS dbos = shop(site)) {
      assertThatThrownBy(
              () -> stock.<RuntimeException>runTransaction("ship", tx -> dbos.cancel("order-42")))
          .isInstanceOf(IllegalStateException.class)
          .hasMessageStartingWith(
              "DBOS.cancel was called inside transaction \"ship\" of datasource ")
          .hasMessageEndingWith(". Call it before or after the transaction.");
    }
  }
}
