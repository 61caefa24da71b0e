package dev.dbos.conformance.workflows;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class ForkTest {
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);
  private static final WorkflowDefinition<String, String> PACK =
      WorkflowDefinition.of("pack", String.class, String.class);
  private static final StartOptions ORDER = StartOptions.id("order-42");

  private final List<String> done = Collections.synchronizedList(new ArrayList<>());
  private volatile boolean cardIsDeclined;

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(CHECKOUT, this::checkout)
        .workflow(PACK, what -> what + " in a box");
  }

  private String checkout(@Nullable String what) {
    String reserved = step("reserve", "reserved " + what);
    String charged = step("charge", "charged");
    String shipped = step("ship", "shipped");
    return String.join(", ", reserved, charged, shipped);
  }

  private String step(String name, String result) {
    return Workflow.callStep(
        name,
        () -> {
          done.add(name);
          if (cardIsDeclined && name.equals("charge")) {
            throw new IllegalStateException("card declined");
          }
          return result;
        });
  }

  private static List<String> statuses(Site site, String column) {
    return SystemRows.of(site)
        .query("SELECT " + column + " FROM workflow_status ORDER BY created_at, workflow_uuid");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void atTheStartEverythingIsDoneAnew(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      WorkflowHandle<@Nullable Object> fork = dbos.fork("order-42", ForkOptions.fromStep(0));

      assertThat(fork.id()).isNotEqualTo("order-42");
      assertThat(fork.result()).isEqualTo("reserved tea, charged, shipped");
      assertThat(done).containsExactly("reserve", "charge", "ship", "reserve", "charge", "ship");
      assertThat(dbos.status(fork.id()).orElseThrow().attempts()).isEqualTo(1);
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.SUCCESS);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void inTheMiddleWhatCameBeforeIsReplayed(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      done.clear();
      assertThat(dbos.fork("order-42", ForkOptions.fromStep(1)).result())
          .isEqualTo("reserved tea, charged, shipped");
      assertThat(done).containsExactly("charge", "ship");
      done.clear();
      WorkflowHandle<@Nullable Object> last =
          dbos.fork("order-42", ForkOptions.fromStep(2).withId("order-42 again"));
      assertThat(last.id()).isEqualTo("order-42 again");
      assertThat(last.result()).isEqualTo("reserved tea, charged, shipped");
      assertThat(done).containsExactly("ship");
      List<StepStatus> original = dbos.steps("order-42");
      List<StepStatus> copied = dbos.steps("order-42 again");
      assertThat(copied).hasSize(3);
      for (int step = 0; step < 2; step++) {
        assertThat(copied.get(step).name()).isEqualTo(original.get(step).name());
        assertThat(copied.get(step).payload()).isEqualTo(original.get(step).payload());
        assertThat(copied.get(step).startedAt()).isEqualTo(original.get(step).startedAt());
        assertThat(copied.get(step).completedAt()).isEqualTo(original.get(step).completedAt());
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void pastTheLastStepNothingIsDoneAgain(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      done.clear();
      assertThat(dbos.fork("order-42", ForkOptions.fromStep(99)).result())
          .isEqualTo("reserved tea, charged, shipped");
      assertThat(done).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aFailedStepIsTriedAgain(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      cardIsDeclined = true;
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "tea", ORDER))
          .isInstanceOf(WorkflowFailedException.class);
      cardIsDeclined = false;
      done.clear();
      assertThat(dbos.fork("order-42", ForkOptions.fromLastFailure()).result())
          .isEqualTo("reserved tea, charged, shipped");
      assertThat(done).containsExactly("charge", "ship");
      assertThat(dbos.status("order-42").orElseThrow().state()).isEqualTo(WorkflowState.ERROR);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withoutAFailureTheLastStepIsTheOne(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      done.clear();
      dbos.fork("order-42", ForkOptions.fromLastFailure()).result();
      dbos.fork("order-42", ForkOptions.fromLastStep()).result();
      assertThat(done).containsExactly("ship", "ship");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void withoutStepsItBeginsAnew(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(PACK, "tea", ORDER);
      assertThat(dbos.fork("order-42", ForkOptions.fromLastFailure()).result())
          .isEqualTo("tea in a box");
      assertThat(dbos.fork("order-42", ForkOptions.fromLastStep()).result())
          .isEqualTo("tea in a box");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void aStepCanBeNamed(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      done.clear();
      dbos.fork("order-42", ForkOptions.fromStepNamed("charge")).result();
      assertThat(done).containsExactly("charge", "ship");
      assertThatThrownBy(() -> dbos.fork("order-42", ForkOptions.fromStepNamed("refund")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "Workflow order-42 has no step named 'refund'; it recorded [reserve, charge, ship].");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void severalAtOnceOrNone(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      dbos.run(CHECKOUT, "coffee", StartOptions.id("order-43"));
      assertThat(
              dbos.fork(List.of("order-43", "order-42"), ForkOptions.fromStep(1)).stream()
                  .map(WorkflowHandle::result))
          .containsExactly("reserved coffee, charged, shipped", "reserved tea, charged, shipped");

      assertThatThrownBy(() -> dbos.fork(List.of("order-42", "order-44"), ForkOptions.fromStep(1)))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessage("There is no workflow with id order-44 in the system database.");
      assertThatThrownBy(
              () -> dbos.fork(List.of("order-42", "order-43"), ForkOptions.fromStep(1).withId("x")))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("An id can be chosen for one fork, not for 2 at once.");
      assertThat(statuses(site, "status")).hasSize(4);
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void anIdThatIsTakenIsRefused(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      assertThatThrownBy(() -> dbos.fork("order-42", ForkOptions.fromStep(0).withId("order-42")))
          .isInstanceOfSatisfying(
              WorkflowConflictException.class,
              e -> assertThat(e.workflowId()).isEqualTo("order-42"))
          .hasMessage("Workflow id order-42 is taken already. Choose another id for the fork.");
      assertThat(statuses(site, "was_forked_from")).containsExactly(no(product));
    }
  }

  private static String no(Product product) {
    return product == Product.SQLITE ? "0" : "f";
  }

  private static String yes(Product product) {
    return product == Product.SQLITE ? "1" : "t";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void theForkHasWhatTheOriginalWasStartedWithButNotItsParentNorItsPlaceInAQueue(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(
          CHECKOUT,
          "tea",
          ORDER
              .withAttributes(Map.of("customer", "Ada"))
              .withAuthenticatedUser("ada", "buyer")
              .withAssumedRole("buyer")
              .withTimeout(Duration.ofDays(1)));
      SystemRows rows = SystemRows.of(site);
      rows.change(
          "UPDATE workflow_status SET parent_workflow_id = 'order-1', priority = 7,"
              + " deduplication_id = 'd', class_name = 'Shop', config_name = 'main'");
      dbos.fork("order-42", ForkOptions.fromStep(0).withId("fork")).result();

      String same =
          "name, class_name, config_name, inputs, serialization, authenticated_user, assumed_role,"
              + " authenticated_roles, attributes, application_version, application_name";
      for (String column : same.split(", ")) {
        assertThat(rows.query("SELECT count(DISTINCT " + column + ") FROM workflow_status"))
            .as(column)
            .containsExactly("1");
        assertThat(rows.query("SELECT count(*) FROM workflow_status WHERE " + column + " IS NULL"))
            .as(column)
            .containsExactly("0");
      }
      String fork = " FROM workflow_status WHERE workflow_uuid = 'fork'";
      assertThat(rows.query("SELECT forked_from" + fork)).containsExactly("order-42");
      assertThat(rows.query("SELECT was_forked_from" + fork)).containsExactly(no(product));
      assertThat(rows.query("SELECT priority" + fork)).containsExactly("0");
      assertThat(
              rows.query(
                  "SELECT count(*)"
                      + fork
                      + " AND parent_workflow_id IS NULL AND deduplication_id IS NULL"
                      + " AND workflow_timeout_ms IS NULL AND workflow_deadline_epoch_ms IS NULL"))
          .containsExactly("1");
      assertThat(
              rows.query(
                  "SELECT was_forked_from FROM workflow_status WHERE workflow_uuid = 'order-42'"))
          .containsExactly(yes(product));
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void versionAndTimeoutCanBeChosen(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).applicationVersion("v1").launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      WorkflowHandle<@Nullable Object> fork =
          dbos.fork(
              "order-42",
              ForkOptions.fromStep(0)
                  .withId("fork")
                  .withApplicationVersion("v2")
                  .withTimeout(Duration.ofMinutes(5)));
      assertThat(fork.status().state()).isEqualTo(WorkflowState.ENQUEUED);
      try (DBOS repaired = shop(site).applicationVersion("v2").executorId("till-2").launch()) {
        assertThat(repaired.retrieve("fork", String.class).result())
            .isEqualTo("reserved tea, charged, shipped");
        assertThat(
                SystemRows.of(site)
                    .query(
                        "SELECT application_version || ' ' || (workflow_deadline_epoch_ms -"
                            + " started_at_epoch_ms) FROM workflow_status"
                            + " WHERE workflow_uuid = 'fork'"))
            .containsExactly("v2 300000");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void eventsAndStreamsAreAsTheyWereBeforeTheStep(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(CHECKOUT, "tea", ORDER);
      SystemRows rows = SystemRows.of(site);
      rows.change(
          "INSERT INTO workflow_events_history (workflow_uuid, function_id, key, value,"
              + " serialization) VALUES ('order-42', 0, 'state', '\"paid\"', 'portable_json'),"
              + " ('order-42', 1, 'state', '\"packed\"', 'portable_json'),"
              + " ('order-42', 1, 'box', '\"small\"', 'portable_json'),"
              + " ('order-42', 2, 'state', '\"sent\"', 'portable_json'),"
              + " ('order-42', 2, 'parcel', '\"7\"', 'portable_json')");
      rows.change(
          "INSERT INTO workflow_events (workflow_uuid, key, value, serialization) VALUES"
              + " ('order-42', 'state', '\"sent\"', 'portable_json'),"
              + " ('order-42', 'box', '\"small\"', 'portable_json'),"
              + " ('order-42', 'parcel', '\"7\"', 'portable_json')");
      rows.change(
          "INSERT INTO streams (workflow_uuid, key, value, \"offset\", function_id, serialization)"
              + " VALUES ('order-42', 'log', '\"a\"', 0, 0, 'portable_json'),"
              + " ('order-42', 'log', '\"b\"', 1, 1, 'portable_json'),"
              + " ('order-42', 'log', '\"c\"', 2, 2, 'portable_json')");
      dbos.fork("order-42", ForkOptions.fromStep(2).withId("fork")).result();
      dbos.fork("order-42", ForkOptions.fromStep(0).withId("anew")).result();

      String fork = " WHERE workflow_uuid = 'fork' ORDER BY 1";
      assertThat(
              rows.query(
                  "SELECT key || '=' || value || ' ' || serialization FROM workflow_events" + fork))
          .containsExactly("box=\"small\" portable_json", "state=\"packed\" portable_json");
      assertThat(
              rows.query(
                  "SELECT function_id || ' ' || key || '=' || value || ' ' || serialization"
                      + " FROM workflow_events_history"
                      + fork))
          .containsExactly(
              "0 state=\"paid\" portable_json",
              "1 box=\"small\" portable_json",
              "1 state=\"packed\" portable_json");
      assertThat(
              rows.query(
                  "SELECT \"offset\" || ' ' || function_id || ' ' || key || '=' || value || ' '"
                      + " || serialization FROM streams"
                      + fork))
          .containsExactly("0 0 log=\"a\" portable_json", "1 1 log=\"b\" portable_json");
      for (String table : List.of("workflow_events", "workflow_events_history", "streams")) {
        assertThat(rows.query("SELECT key FROM " + table + " WHERE workflow_uuid = 'anew'"))
            .as(table)
            .isEmpty();
      }
    }
  }

  private static String parcel(@Nullable String what) {
    Workflow.setEvent("state", "paid");
    Workflow.writeStream("log", "packing " + what);
    Workflow.setEvent("state", "packed");
    Workflow.setEvent("box", "small");
    Workflow.setEvent("state", "sent");
    Workflow.writeStream("log", "sent");
    Workflow.closeStream("log");
    return "shipped";
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatTheForkPublishesAgainFollowsWhatTheOriginalHadPublished(Product product) {
    WorkflowDefinition<String, String> parcel =
        WorkflowDefinition.of("parcel", String.class, String.class);
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).workflow(parcel, ForkTest::parcel).launch()) {
      dbos.run(parcel, "tea", ORDER);
      dbos.fork("order-42", ForkOptions.fromStep(4).withId("waiting").withApplicationVersion("v2"));
      assertThat(dbos.events("waiting"))
          .extracting(event -> event.key() + "=" + event.value(String.class).orElse(""))
          .containsExactly("box=small", "state=packed");
      assertThat(dbos.eventHistory("waiting"))
          .extracting(event -> event.key() + "=" + event.value(String.class).orElse(""))
          .containsExactly("state=paid", "state=packed", "box=small");

      dbos.fork("order-42", ForkOptions.fromStep(4).withId("fork")).result();
      assertThat(dbos.getEvent("fork", "state", String.class, Duration.ZERO)).contains("sent");
      List<String> log = new ArrayList<>();
      try (var lines = dbos.readStream("fork", "log", String.class)) {
        lines.forEach(log::add);
      }
      assertThat(log).containsExactly("packing tea", "sent");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void childrenAreThoseOfTheOriginalUnlessTheyAreReplaced(Product product) {
    WorkflowDefinition<String, String> gift =
        WorkflowDefinition.of("gift", String.class, String.class);
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(gift, what -> requireNonNull(Workflow.start(PACK, what).result()))
                .launch()) {
      dbos.run(gift, "tea", ORDER);
      WorkflowHandle<@Nullable Object> child =
          dbos.fork("order-42-0", ForkOptions.fromStep(0).withId("better box"));
      child.result();
      dbos.fork("order-42", ForkOptions.fromStep(1).withId("same child")).result();
      dbos.fork(
              "order-42",
              ForkOptions.fromStep(1)
                  .withId("other child")
                  .withReplacementChildren(Map.of("order-42-0", "better box")))
          .result();

      assertThat(dbos.steps("same child"))
          .extracting(step -> step.childWorkflowId().orElseThrow())
          .containsExactly("order-42-0", "order-42-0");
      assertThat(dbos.steps("other child"))
          .extracting(step -> step.childWorkflowId().orElseThrow())
          .containsExactly("better box", "better box");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAWorkflowItIsAStepAndHappensOnce(Product product) {
    WorkflowDefinition<Void, String> repair =
        WorkflowDefinition.of("repair", Void.class, String.class);
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    repair, none -> self[0].fork("order-42", ForkOptions.fromLastFailure()).id())
                .launch()) {
      self[0] = dbos;
      dbos.run(CHECKOUT, "tea", ORDER);
      String fork = dbos.run(repair, null, StartOptions.id("repair"));
      SystemRows.of(site)
          .change(
              "UPDATE workflow_status SET status = 'CANCELLED', output = NULL WHERE workflow_uuid ="
                  + " 'repair'");
      dbos.resume("repair");

      assertThat(dbos.retrieve("repair", String.class).result()).isEqualTo(fork);
      assertThat(dbos.retrieve(requireNonNull(fork), String.class).result())
          .isEqualTo("reserved tea, charged, shipped");
      assertThat(statuses(site, "workflow_uuid")).hasSize(3);
      assertThat(dbos.steps("repair"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.forkWorkflow");
    }
  }

  @Test
  void impossibleOptionsAreRefused() {
    assertThatThrownBy(() -> ForkOptions.fromStep(-1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("Steps are counted from 0: -1");
    assertThatThrownBy(() -> ForkOptions.fromStep(0).withId(" "))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A workflow id must not be blank.");
    assertThatThrownBy(() -> ForkOptions.fromStep(0).withTimeout(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("A timeout must be at least 1 ms: PT0S");
  }
}
