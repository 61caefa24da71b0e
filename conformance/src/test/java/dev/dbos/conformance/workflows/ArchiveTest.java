package dev.dbos.conformance.workflows;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.DbosClient;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Product;
import dev.dbos.conformance.Site;
import dev.dbos.error.SerializationException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowConflictException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(300)
class ArchiveTest {
  private static final WorkflowDefinition<String, String> ORDER =
      WorkflowDefinition.of("order", String.class, String.class);
  private static final WorkflowDefinition<String, String> PARCEL =
      WorkflowDefinition.of("parcel", String.class, String.class);
  private static final WorkflowDefinition<String, String> RESTORE =
      WorkflowDefinition.of("restore", String.class, String.class);
  private static final Duration YEAR = Duration.ofDays(365);
  private static final StartOptions ORDER_42 =
      StartOptions.id("order-42").withAttributes(Map.of("customer", "Ada \"🍵\""));

  private final SettableClock clock = new SettableClock();
  private final List<String> done = Collections.synchronizedList(new ArrayList<>());

  private DbosBuilder shop(Site site) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .clock(clock)
        .workflow(ORDER, this::order)
        .workflow(
            PARCEL,
            sku -> {
              done.add("sent");
              return sku + " sent";
            });
  }

  private String order(@Nullable String sku) {
    Workflow.runStep("reserve", () -> done.add("reserved"));
    Workflow.setEvent("status", "reserved");
    Workflow.setEvent("status", "paying");
    Workflow.writeStream("progress", 50);
    String paid = Workflow.receive("payment", String.class, YEAR).orElse("nothing");
    String sent = Workflow.start(PARCEL, sku).result();
    Workflow.runStep(
        "check",
        () -> {
          if ("coffee".equals(sku)) {
            throw new IllegalStateException("no coffee");
          }
        });
    Workflow.closeStream("progress");
    return sent + " for " + paid;
  }

  private static void pay(DBOS dbos, String id, String how) {
    dbos.send(Message.to(id, how).withTopic("payment"));
  }

  @ParameterizedTest
  @CsvSource({
    "SQLITE, SQLITE",
    "SQLITE, POSTGRESQL",
    "POSTGRESQL, SQLITE",
    "POSTGRESQL, POSTGRESQL"
  })
  void finishedWorkflowsArriveAsTheyWere(Product from, Product to) {
    try (Site here = Site.of(from);
        Site there = Site.of(to);
        DBOS dbos = shop(here).launch();
        DBOS other = shop(there).launch()) {
      dbos.start(ORDER, "tea", ORDER_42);
      pay(dbos, "order-42", "gold");
      dbos.retrieve("order-42", String.class).result(Eventually.BOUND);
      dbos.start(ORDER, "coffee", StartOptions.id("order-43"));
      pay(dbos, "order-43", "silver");
      assertThatThrownBy(() -> dbos.retrieve("order-43", String.class).result(Eventually.BOUND))
          .isInstanceOf(WorkflowFailedException.class);
      List<String> ids = List.of("order-42", "order-43");
      String exported = dbos.archives().export(ids, Reach.WITH_CHILDREN);

      assertThat(other.archives().importAll(exported))
          .containsExactlyInAnyOrderElementsOf(
              dbos.list(WorkflowQuery.all()).stream().map(WorkflowStatus::id).toList());
      assertThat(other.archives().export(ids, Reach.WITH_CHILDREN)).isEqualTo(exported);
      assertThat(other.steps("order-42")).isEqualTo(dbos.steps("order-42"));
      assertThat(other.retrieve("order-42", String.class).result()).isEqualTo("tea sent for gold");
      assertThatThrownBy(() -> other.retrieve("order-43", String.class).result())
          .cause()
          .isExactlyInstanceOf(IllegalStateException.class)
          .hasMessage("no coffee");
      assertThat(other.getEvent("order-42", "status", String.class, Duration.ZERO))
          .contains("paying");
      assertThat(other.list(WorkflowQuery.all().withAttributes(Map.of("customer", "Ada \"🍵\""))))
          .hasSize(1);
    }
  }

  @ParameterizedTest
  @CsvSource({"SQLITE, POSTGRESQL", "POSTGRESQL, SQLITE"})
  void anUnfinishedOneGoesOnWhereItArrives(Product from, Product to) {
    String exported;
    try (Site here = Site.of(from);
        Site there = Site.of(to)) {
      try (DBOS dbos = shop(here).launch()) {
        dbos.start(ORDER, "tea", ORDER_42.withTimeout(YEAR));
        Eventually.holds("waiting", () -> dbos.steps("order-42").size() >= 5);
      }
      try (DbosClient client = DbosClient.create(here.systemUrl())) {
        exported = client.archives().export("order-42");
        assertThat(client.status("order-42").orElseThrow().state())
            .isEqualTo(WorkflowState.PENDING);
      }
      try (DBOS dbos = shop(there).executorId("elsewhere").launch()) {
        dbos.archives().importAll(exported);
        pay(dbos, "order-42", "gold");
        assertThat(dbos.retrieve("order-42", String.class).result(Eventually.BOUND))
            .isEqualTo("tea sent for gold");
        assertThat(dbos.status("order-42").orElseThrow().deadline())
            .contains(clock.instant().plus(YEAR));
      }
      assertThat(done).containsExactly("reserved", "sent");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsThereAlreadyStaysAndNothingIsImported(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(PARCEL, "tea", StartOptions.id("parcel-1"));
      dbos.run(PARCEL, "tea", StartOptions.id("parcel-2"));
      String exported = dbos.archives().export(List.of("parcel-1", "parcel-2"), Reach.ONLY_THESE);
      dbos.delete("parcel-1");

      assertThatThrownBy(() -> dbos.archives().importAll(exported))
          .isInstanceOf(WorkflowConflictException.class)
          .hasMessage(
              "There is a workflow with the id parcel-2 already, and nothing has been imported."
                  + " Delete what is there, or import the others alone.");
      assertThat(dbos.status("parcel-1")).isEmpty();
      dbos.delete("parcel-2");
      assertThat(dbos.archives().importAll(exported)).containsExactly("parcel-1", "parcel-2");
      assertThatThrownBy(() -> dbos.archives().export("parcel-9"))
          .isInstanceOf(UnknownWorkflowException.class)
          .hasMessageContaining("parcel-9");
    }
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void whatIsNoExportIsRefused(Product product) {
    try (Site site = Site.of(product);
        DBOS dbos = shop(site).launch()) {
      dbos.run(PARCEL, "tea", StartOptions.id("parcel-1"));
      String exported = dbos.archives().export("parcel-1");
      dbos.delete("parcel-1");

      refused(dbos, "{", "it is not JSON");
      refused(dbos, "[]", "it is not in the format dbos-workflows, which export writes");
      refused(
          dbos,
          exported.replace("\"version\" : 1", "\"version\" : 2"),
          "its version is 2, and this version of the library reads version 1");
      refused(
          dbos,
          exported.replace("\"recovery_attempts\" : 1", "\"recovery_attempts\" : \"some\""),
          "workflow_status.recovery_attempts cannot be \"some\"");
      refused(
          dbos,
          exported.replace("\"recovery_attempts\"", "\"attempts\""),
          "workflow_status has no column attempts");
      refused(
          dbos,
          exported.replace(
              "\"streams\" : [ ]",
              "\"streams\" : [{\"workflow_uuid\":\"parcel-2\",\"key\":\"k\",\"value\":\"1\","
                  + "\"offset\":0,\"function_id\":0}]"),
          "a row of streams under workflow parcel-1 belongs to workflow parcel-2");
      refused(
          dbos,
          exported.replace("\"workflow_uuid\" : \"parcel-1\",", ""),
          "a row of workflow_status has no workflow_uuid");
      assertThat(dbos.list(WorkflowQuery.all())).isEmpty();
      dbos.archives().importAll(exported);
      assertThat(dbos.retrieve("parcel-1", String.class).result()).isEqualTo("tea sent");
    }
  }

  private static void refused(DBOS dbos, String text, String why) {
    assertThatThrownBy(() -> dbos.archives().importAll(text))
        .isInstanceOf(SerializationException.class)
        .hasMessageContaining(why)
        .hasMessageEndingWith("Nothing has been imported.");
  }

  @ParameterizedTest
  @EnumSource(Product.class)
  void insideAWorkflowBothAreSteps(Product product) {
    DBOS[] self = new DBOS[1];
    try (Site site = Site.of(product);
        DBOS dbos =
            shop(site)
                .workflow(
                    RESTORE,
                    id -> {
                      String exported = self[0].archives().export(id);
                      self[0].delete(id);
                      return String.join(", ", self[0].archives().importAll(exported));
                    })
                .launch()) {
      self[0] = dbos;
      dbos.run(PARCEL, "tea", StartOptions.id("parcel-1"));
      assertThat(dbos.run(RESTORE, "parcel-1", StartOptions.id("restore-1"))).isEqualTo("parcel-1");
      assertThat(dbos.steps("restore-1"))
          .extracting(StepStatus::name)
          .containsExactly("DBOS.exportWorkflows", "DBOS.deleteWorkflow", "DBOS.importWorkflows");
      SystemRows.of(site).forgetTheEndOf("restore-1");
      dbos.resume("restore-1");
      assertThat(dbos.retrieve("restore-1", String.class).result(Eventually.BOUND))
          .isEqualTo("parcel-1");
    }
  }
}
