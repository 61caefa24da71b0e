package dev.dbos.conformance.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.dbos.DbosClient;
import dev.dbos.conformance.Site;
import dev.dbos.error.SerializationException;
import dev.dbos.error.StepFailedException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.serialization.Arguments;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowEvent;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What official SDKs have written is read here as they read it themselves. */
class SampleReadingTest {
  record Percent(int percent) {}

  @ParameterizedTest
  @EnumSource(Sample.class)
  void everyWorkflowIsListedAsItsOwnClientListsIt(Sample sample) {
    try (Site site = sample.restore();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      List<Map<String, @Nullable Object>> theirs = sample.listings().getFirst();

      List<WorkflowStatus> ours =
          client.list(WorkflowQuery.all().withInputs().withOutputs().withLimit(100));

      assertThat(ours).hasSize(11);
      assertThat(ours.stream().map(SampleReadingTest::shown).toList())
          .containsExactlyInAnyOrderElementsOf(
              theirs.stream().map(SampleReadingTest::shown).toList());
      for (WorkflowStatus workflow : ours) {
        assertArguments(sample, workflow, theirs);
      }
    }
  }

  /** The members that both kinds of client name alike or almost alike. */
  private static Map<String, String> shown(Map<String, @Nullable Object> line) {
    return Map.of(
        "id", first(line, "workflowID", "workflow_id"),
        "name", first(line, "workflowName", "name"),
        "state", first(line, "status"),
        "version", first(line, "applicationVersion", "app_version"),
        "application", first(line, "applicationName", "application_name"),
        "executor", first(line, "executorId", "executor_id"),
        "queue", first(line, "queueName", "queue_name"),
        "parent", first(line, "parentWorkflowID", "parent_workflow_id"),
        "times",
            first(line, "createdAt", "created_at") + first(line, "completedAt", "completed_at"),
        "more",
            first(line, "priority")
                + first(line, "recoveryAttempts", "recovery_attempts")
                + first(line, "attributes"));
  }

  private static String first(Map<String, @Nullable Object> line, String... keys) {
    for (String key : keys) {
      if (line.get(key) != null) {
        return String.valueOf(line.get(key));
      }
    }
    return "";
  }

  private static Map<String, String> shown(WorkflowStatus workflow) {
    return Map.of(
        "id", workflow.id(),
        "name", workflow.name(),
        "state", workflow.state().name(),
        "version", requireNonNull(workflow.origin().applicationVersion()),
        "application", requireNonNull(workflow.origin().applicationName()),
        "executor", workflow.executorId().orElseThrow(),
        "queue", workflow.queueName().orElse(""),
        "parent", workflow.parentId().orElse(""),
        "times",
            ""
                + workflow.createdAt().toEpochMilli()
                + workflow.completedAt().orElseThrow().toEpochMilli(),
        "more",
            ""
                + workflow.priority()
                + workflow.attempts()
                + (workflow.attributes().isEmpty() ? "" : workflow.attributes()));
  }

  @SuppressWarnings("unchecked") // what a JSON object was read as
  private static void assertArguments(
      Sample sample, WorkflowStatus workflow, List<Map<String, @Nullable Object>> theirs) {
    if (workflow.id().equals(sample.id("native"))) {
      assertThat(workflow.input().format()).isEqualTo(sample.nativeFormat());
      assertThat(workflow.input().text()).isPresent();
      assertThatThrownBy(() -> workflow.input(Arguments.class))
          .isInstanceOf(SerializationException.class)
          .hasMessageContaining("is stored in format " + sample.nativeFormat());
      return;
    }
    Map<String, @Nullable Object> line =
        theirs.stream()
            .filter(each -> first(each, "workflowID", "workflow_id").equals(workflow.id()))
            .findFirst()
            .orElseThrow();
    Object input = line.get("input");
    Object positional =
        input instanceof Map ? ((Map<String, @Nullable Object>) input).get("args") : input;
    assertThat(workflow.input(Arguments.class).orElseThrow().positional()).isEqualTo(positional);
    assertThat(workflow.input(Arguments.class).orElseThrow().named()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void everyResultIsWhatTheirWorkerGot(Sample sample) {
    try (Site site = sample.restore();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      for (Map<String, @Nullable Object> expected : sample.results()) {
        String id = String.valueOf(expected.get("id"));
        if (id.equals(sample.id("native"))) {
          assertThatThrownBy(() -> client.retrieve(id, Object.class).result())
              .isInstanceOf(SerializationException.class)
              .hasMessage(
                  "The output of workflow "
                      + id
                      + " is stored in format "
                      + sample.nativeFormat()
                      + ", which only its writer can read. Have it written as portable_json.");
        } else if (id.equals(sample.id("fail"))) {
          assertFailure(sample, catchThrowable(() -> client.retrieve(id, Object.class).result()));
        } else {
          assertThat(client.retrieve(id, Object.class).result())
              .as(id)
              .isEqualTo(expected.get("result"));
        }
      }
      assertThat(client.retrieve(sample.id("add"), Integer.class).result()).isEqualTo(3);
    }
  }

  /** Python forgets the name that was thrown. */
  private static void assertFailure(Sample sample, @Nullable Throwable failure) {
    String name = sample.firstStep() == 1 ? "PortableWorkflowError" : "InteropError";
    assertThat(failure)
        .isInstanceOf(WorkflowFailedException.class)
        .cause()
        .isInstanceOf(StepFailedException.class)
        .hasMessageContaining(name + ": no luck")
        .hasMessageContaining("418")
        .hasMessageContaining("{\"why\":\"asked to\",\"n\":1}");
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void theirStepsAreListed(Sample sample) {
    try (Site site = sample.restore();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      List<List<Map<String, @Nullable Object>>> theirs = sample.listings();
      assertSteps(client.steps(sample.id("everything")), theirs.get(1));
      List<StepStatus> failing = client.steps(sample.id("failing-step"));
      assertSteps(failing, theirs.get(2));
      assertThat(failing.getFirst().state()).isEqualTo(StepStatus.State.ERROR);
      assertThat(failing.getFirst().payload().format()).isEqualTo(sample.nativeFormat());
    }
  }

  private static void assertSteps(
      List<StepStatus> ours, List<Map<String, @Nullable Object>> theirs) {
    assertThat(ours).hasSameSizeAs(theirs);
    for (int i = 0; i < ours.size(); i++) {
      StepStatus step = ours.get(i);
      Map<String, @Nullable Object> line = theirs.get(i);
      assertThat(step.stepId() + step.name() + step.childWorkflowId().orElse(""))
          .isEqualTo(
              first(line, "functionID", "function_id")
                  + first(line, "name", "function_name")
                  + first(line, "childWorkflowID", "child_workflow_id"));
      if (PortableJson.PORTABLE_JSON.equals(step.payload().format())) {
        assertThat(Json.value(step.payload().text().orElse("null"))).isEqualTo(line.get("output"));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void theirEventsStreamsAndMessagesAreRead(Sample sample) {
    String everything = sample.id("everything");
    int first = sample.firstStep();
    try (Site site = sample.restore();
        DbosClient client = DbosClient.create(site.systemUrl())) {
      assertThat(client.getEvent(everything, "progress", Percent.class, Duration.ZERO))
          .contains(new Percent(100));
      assertThat(client.eventHistory(everything))
          .extracting(event -> event.stepId().orElseThrow(), SampleReadingTest::percent)
          .containsExactly(
              org.assertj.core.api.Assertions.tuple(first + 2, 50),
              org.assertj.core.api.Assertions.tuple(first + 3, 100));
      assertThat(client.getEvent(sample.id("wait"), "received", Map.class, Duration.ZERO))
          .contains(Map.of("hello", "wait"));
      assertThat(
              StreamSupport.stream(
                      client.readStream(everything, "log", Object.class).spliterator(), false)
                  .toList())
          .containsExactly(Map.of("line", 1), "two");
    }
  }

  private static int percent(WorkflowEvent event) {
    return event.value(Percent.class).orElseThrow().percent();
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void filtersFindThem(Sample sample) {
    try (Site site = sample.restore();
        DbosClient mine =
            DbosClient.builder(site.systemUrl()).applicationName(sample.application()).build();
        DbosClient others =
            DbosClient.builder(site.systemUrl()).applicationName("tea-shop").build()) {
      List<String> found = new ArrayList<>();
      mine.list(WorkflowQuery.all().withAttributes(Map.of("color", "blue")))
          .forEach(row -> found.add(row.id()));
      mine.list(WorkflowQuery.all().withStatus(WorkflowState.ERROR))
          .forEach(row -> found.add(row.id()));
      mine.list(WorkflowQuery.all().withQueue(sample.application()))
          .forEach(row -> found.add(row.id()));
      mine.list(WorkflowQuery.all().withParent(sample.id("everything")))
          .forEach(row -> found.add(row.id()));

      assertThat(found)
          .containsExactly(
              sample.id("attributes"),
              sample.id("fail"),
              sample.id("queued"),
              sample.id("everything-" + (sample.firstStep() + 8)));
      assertThat(others.list(WorkflowQuery.all())).isEmpty();
      assertThat(others.count(WorkflowQuery.all().withApplication(sample.application())))
          .isEqualTo(11);
      assertThat(others.status(sample.id("add"))).isPresent();
    }
  }
}
