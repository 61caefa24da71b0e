package dev.dbos.conformance.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.DbosBuilder;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Site;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.serialization.Arguments;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What official SDKs have put into a database is run here, and read by them afterwards. */
class SampleRunningTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final WorkflowDefinition<Arguments, Integer> ADD =
      WorkflowDefinition.of("add", Arguments.class, Integer.class);
  private static final WorkflowDefinition<Arguments, Object> ECHO =
      WorkflowDefinition.of("echo", Arguments.class, Object.class);
  private static final WorkflowDefinition<Arguments, Object> NATIVE_ECHO =
      WorkflowDefinition.of("nativeEcho", Arguments.class, Object.class);

  private static DbosBuilder worker(Sample sample, Site site) {
    return DBOS.builder(sample.application())
        .applicationVersion("interop-1")
        .systemDatabaseUrl(site.systemUrl())
        .systemDatabasePool(Pooling.options())
        .workflow(
            ADD,
            args ->
                Workflow.callStep(
                    "sum", () -> args.get(0, Integer.class) + args.get(1, Integer.class)))
        .workflow(ECHO, args -> Map.of("args", args.positional(), "workflowID", Workflow.id()))
        .workflow(NATIVE_ECHO, args -> args.positional());
  }

  /** As if nobody had run them yet. */
  private static void enqueueAgain(Site site, Sample sample, String... names) {
    Rows rows = Rows.of(site);
    for (String name : names) {
      String id = sample.id(name);
      rows.change("DELETE FROM operation_outputs WHERE workflow_uuid = '" + id + "'");
      if (sample == Sample.TYPESCRIPT_5_AT_123) {
        rows.change("DELETE FROM workflow_output WHERE workflow_uuid = '" + id + "'");
      }
      rows.change(
          "UPDATE workflow_status SET status = 'ENQUEUED', queue_name = '_dbos_internal_queue',"
              + " output = NULL, error = NULL, completed_at = NULL, application_version = NULL,"
              + " owner_xid = NULL, executor_id = NULL, recovery_attempts = 0,"
              + " application_name = NULL WHERE workflow_uuid = '"
              + id
              + "'");
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void whatTheyEnqueuedRunsHere(Sample sample) {
    try (Site site = sample.restore()) {
      enqueueAgain(site, sample, "queued", "echo");
      try (DBOS dbos = worker(sample, site).executorId("java-1").launch()) {
        assertThat(dbos.retrieve(sample.id("queued"), Integer.class).result(PATIENCE))
            .isEqualTo(42);
        assertThat(dbos.retrieve(sample.id("echo"), Object.class).result(PATIENCE))
            .isEqualTo(
                Map.of(
                    "args",
                    List.of("x", Map.of("y", Arrays.asList(1, null, true))),
                    "workflowID",
                    sample.id("echo")));
      }
      Rows rows = Rows.of(site);
      assertThat(
              rows.query(
                  "SELECT status || ' ' || serialization || ' ' || executor_id || ' '"
                      + " || application_version || ' ' || application_name || ' '"
                      + " || recovery_attempts || ' ' || output FROM workflow_status"
                      + " WHERE workflow_uuid = '"
                      + sample.id("queued")
                      + "'"))
          .containsExactly(
              "SUCCESS portable_json java-1 interop-1 " + sample.application() + " 1 42");
      if (sample == Sample.TYPESCRIPT_5_AT_123) {
        assertThat(
                rows.query(
                    "SELECT o.output || coalesce(o.error, ' ') || s.inputs"
                        + " FROM workflow_output o JOIN workflow_status s USING (workflow_uuid)"
                        + " WHERE workflow_uuid = 'ts-queued'"))
            .containsExactly("42 {\"positionalArgs\":[20,22]}");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void whatOneOfTheirProcessesLeftUnfinishedIsRecovered(Sample sample) {
    String executor = sample.id("1");
    try (Site site = sample.restore()) {
      enqueueAgain(site, sample, "add");
      Rows.of(site)
          .change(
              "UPDATE workflow_status SET status = 'PENDING', queue_name = NULL,"
                  + " application_version = 'interop-1', executor_id = '"
                  + executor
                  + "', owner_xid = 'theirs' WHERE workflow_uuid = '"
                  + sample.id("add")
                  + "'");
      try (DBOS dbos = worker(sample, site).executorId(executor).launch()) {
        assertThat(dbos.retrieve(sample.id("add"), Integer.class).result(PATIENCE)).isEqualTo(3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void aWorkflowOfTheirsIsForkedAndRunsHere(Sample sample) {
    try (Site site = sample.restore();
        DBOS dbos = worker(sample, site).launch()) {
      String fork = dbos.fork(sample.id("add"), ForkOptions.fromStep(0)).id();

      assertThat(dbos.retrieve(fork, Integer.class).result(PATIENCE)).isEqualTo(3);
      assertThat(dbos.status(fork).orElseThrow().input(Arguments.class))
          .contains(Arguments.of(1, 2));
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void anInputInAFormatOfTheirOwnIsAnErrorThatEverybodyCanRead(Sample sample) {
    try (Site site = sample.restore()) {
      enqueueAgain(site, sample, "native");
      try (DBOS dbos = worker(sample, site).launch()) {
        assertThatThrownBy(() -> dbos.retrieve(sample.id("native"), Object.class).result(PATIENCE))
            .isInstanceOf(WorkflowFailedException.class)
            .hasMessageContaining(
                "is stored in format "
                    + sample.nativeFormat()
                    + ", which only its writer can read. Have it written as portable_json");
        assertThat(dbos.status(sample.id("native")).orElseThrow().outcome().format())
            .isEqualTo("portable_json");
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void whatIsStartedHereIsBesideTheirs(Sample sample) {
    try (Site site = sample.restore();
        DBOS dbos = worker(sample, site).launch()) {
      assertThat(dbos.run(ADD, Arguments.of(2, 3), StartOptions.id("java-add"))).isEqualTo(5);
      assertThatThrownBy(() -> dbos.run(ECHO, Arguments.none(), StartOptions.id(sample.id("add"))))
          .hasMessageContaining("belongs to a workflow named add");
      assertThat(dbos.start(ADD, Arguments.of(9, 9), StartOptions.id(sample.id("add"))).result())
          .as("the result that is there")
          .isEqualTo(3);

      Rows rows = Rows.of(site);
      String inputs = "{\"positionalArgs\":[2,3],\"namedArgs\":{}}";
      assertThat(rows.query("SELECT inputs FROM workflow_status WHERE workflow_uuid = 'java-add'"))
          .containsExactly(inputs);
      if (sample == Sample.TYPESCRIPT_5_AT_123) {
        assertThat(
                rows.query(
                    "SELECT i.inputs || o.output FROM workflow_input i"
                        + " JOIN workflow_output o USING (workflow_uuid)"
                        + " WHERE workflow_uuid = 'java-add'"))
            .containsExactly(inputs + "5");
      }
      dbos.delete("java-add");
      assertThat(dbos.status("java-add")).isEmpty();
      assertThat(rows.query("SELECT workflow_uuid FROM operation_outputs"))
          .doesNotContain("java-add");
      if (sample == Sample.TYPESCRIPT_5_AT_123) {
        assertThat(
                rows.query(
                    "SELECT workflow_uuid FROM workflow_input UNION ALL"
                        + " SELECT workflow_uuid FROM workflow_output"))
            .doesNotContain("java-add");
      }
    }
  }
}
