package dev.dbos.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.testing.TempSqlite;
import dev.dbos.testing.TestPostgres;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowState;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@code dbos workflow} and {@code dbos health}, on both databases. */
class WorkflowCommandTest {
  private static final Instant MORNING = Instant.parse("2026-03-01T08:00:00Z");
  private static final WorkflowDefinition<String, String> CHECKOUT =
      WorkflowDefinition.of("checkout", String.class, String.class);
  private static final WorkflowDefinition<Void, String> WAIT =
      WorkflowDefinition.of("wait", Void.class, String.class);

  @TempDir private Path directory = Path.of("");

  static Stream<String> databases() {
    TestPostgres server = TestPostgres.shared();
    return Stream.of(TempSqlite.create().url(), server.url(server.createDatabase()));
  }

  private DBOS shop(String url) {
    return DBOS.builder("tea-shop")
        .systemDatabaseUrl(url)
        .clock(() -> MORNING)
        .executorId("till-1")
        .workflow(
            CHECKOUT,
            sku -> {
              if ("coffee".equals(sku)) {
                throw new IllegalStateException("no coffee left");
              }
              return Workflow.callStep("pack", () -> sku + " in a box");
            })
        .workflow(
            WAIT,
            none -> {
              Workflow.sleep(Duration.ofDays(1));
              return "never";
            })
        .launch();
  }

  @ParameterizedTest
  @MethodSource("databases")
  void workflowsAreListedAsATableAndInJson(String url) {
    Terminal terminal = new Terminal(directory);
    try (DBOS dbos = shop(url)) {
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
      assertThatThrownBy(() -> dbos.run(CHECKOUT, "coffee", StartOptions.id("order-2")))
          .isNotNull();
    }

    assertThat(terminal.run("workflow", "list", "--url", url)).as(terminal.err()).isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            ID       NAME      STATUS   CREATED               COMPLETED             QUEUE
            order-2  checkout  ERROR    2026-03-01T08:00:00Z  2026-03-01T08:00:00Z
            order-1  checkout  SUCCESS  2026-03-01T08:00:00Z  2026-03-01T08:00:00Z""");
    assertThat(terminal.run("workflow", "list", "--url", url, "--limit", "1", "--oldest-first"))
        .isZero();
    assertThat(terminal.out()).endsWith("More with --after 1772352000000:order-1");
    assertThat(
            terminal.run(
                "workflow",
                "list",
                "--url",
                url,
                "--after",
                "1772352000000:order-1",
                "--oldest-first",
                "--json",
                "-n",
                "checkout",
                "-s",
                "ERROR"))
        .isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            {
              "workflows" : [ {
                "id" : "order-2",
                "name" : "checkout",
                "status" : "ERROR",
                "application" : "tea-shop",
                "version" : "tea-shop",
                "executor" : "till-1",
                "attempts" : 1,
                "createdAt" : "2026-03-01T08:00:00Z",
                "updatedAt" : "2026-03-01T08:00:00Z",
                "completedAt" : "2026-03-01T08:00:00Z"
              } ]
            }""");
    assertThat(terminal.run("workflow", "list", "-u", url, "--name", "refund")).isZero();
    assertThat(terminal.out()).isEqualTo("No workflows.");
  }

  @ParameterizedTest
  @MethodSource("databases")
  void oneWorkflowIsShownWithItsSteps(String url) {
    Terminal terminal = new Terminal(directory);
    try (DBOS dbos = shop(url)) {
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));
    }

    assertThat(terminal.run("workflow", "get", "order-1", "--url", url)).isZero();
    assertThat(terminal.out())
        .contains("status       SUCCESS")
        .contains("input        {\"positionalArgs\":[\"tea\"],\"namedArgs\":{}}")
        .contains("output       \"tea in a box\"");
    assertThat(terminal.run("workflow", "get", "order-1", "--url", url, "--json")).isZero();
    assertThat(terminal.out()).contains("\"output\" : \"tea in a box\"");
    assertThat(terminal.run("workflow", "steps", "order-1", "--url", url)).isZero();
    assertThat(terminal.out())
        .isEqualToNormalizingNewlines(
            """
            STEP  NAME  STATUS   COMPLETED             MS  CHILD
            0     pack  SUCCESS  2026-03-01T08:00:00Z  0""");
    assertThat(terminal.run("workflow", "steps", "order-1", "--url", url, "--json")).isZero();
    assertThat(terminal.out()).contains("\"step\" : 0").contains("tea in a box");
    for (String command : new String[] {"get", "steps", "cancel", "resume", "delete"}) {
      assertThat(terminal.run("workflow", command, "order-9", "--url", url)).isEqualTo(1);
      assertThat(terminal.err()).startsWith("dbos: ").contains("order-9");
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void aWorkflowIsCancelledResumedForkedAndDeleted(String url) {
    Terminal terminal = new Terminal(directory);
    try (DBOS dbos = shop(url)) {
      dbos.start(WAIT, null, StartOptions.id("wait-1"));
      dbos.run(CHECKOUT, "tea", StartOptions.id("order-1"));

      assertThat(terminal.run("workflow", "cancel", "wait-1", "--url", url)).isZero();
      assertThat(terminal.out()).isEqualTo("Cancelled wait-1.");
      assertThat(dbos.status("wait-1").orElseThrow().state()).isEqualTo(WorkflowState.CANCELLED);

      assertThat(terminal.run("workflow", "resume", "wait-1", "--url", url, "--json")).isZero();
      assertThat(terminal.out())
          .isEqualToNormalizingNewlines("{\n  \"resumed\" : [ \"wait-1\" ]\n}");
      assertThat(dbos.status("wait-1").orElseThrow().state())
          .isIn(WorkflowState.ENQUEUED, WorkflowState.PENDING);

      assertThat(
              terminal.run(
                  "workflow", "fork", "order-1", "--step", "0", "--new-id", "order-1b", "-u", url))
          .as(terminal.err())
          .isZero();
      assertThat(terminal.out()).isEqualTo("Forked order-1 as order-1b.");
      assertThat(dbos.retrieve("order-1b", String.class).result(Duration.ofSeconds(60)))
          .isEqualTo("tea in a box");
      assertThat(terminal.run("workflow", "fork", "order-1", "--step-named", "ship", "-u", url))
          .isEqualTo(2);
      assertThat(terminal.err()).contains("ship");

      assertThat(terminal.types("no").run("workflow", "delete", "order-1", "-u", url)).isEqualTo(1);
      assertThat(terminal.err())
          .isEqualToNormalizingNewlines(
              """
              This deletes order-1 for good. Type yes to go on:
              dbos: nothing was deleted.""");
      assertThat(terminal.types("yes").run("workflow", "delete", "order-1", "-u", url)).isZero();
      assertThat(terminal.out()).isEqualTo("Deleted order-1.");
      assertThat(dbos.status("order-1")).isEmpty();
      assertThat(terminal.run("workflow", "delete", "-y", "order-1b", "-u", url)).isZero();
    }
  }

  @ParameterizedTest
  @MethodSource("databases")
  void healthIsToldAndItsExitCodeSaysWhetherAllIsWell(String url) {
    Terminal terminal = new Terminal(directory);
    shop(url).close();

    assertThat(terminal.run("health", "--url", url, "--timeout", "60000")).isZero();
    assertThat(terminal.out()).contains("status").contains("up");
    assertThat(terminal.run("health", "--url", url, "--timeout", "60000", "--json")).isZero();
    assertThat(terminal.out()).contains("\"status\" : \"up\"").contains("\"reachable\" : true");
  }

  @Test
  void aDatabaseThatIsNotThereIsDown() {
    Terminal terminal = new Terminal(directory);
    String url = "sqlite:///" + directory.resolve("none.sqlite");

    assertThat(terminal.run("health", "--url", url)).isEqualTo(1);
    assertThat(terminal.out()).contains("down").contains("does not exist, and a client makes none");
    assertThat(terminal.run("workflow", "list", "--url", url)).isEqualTo(1);
    assertThat(terminal.err())
        .isEqualTo(
            "dbos: The system database file "
                + directory.resolve("none.sqlite")
                + " does not exist, and a client makes none. Launch the application first, or see"
                + " that the URL names its file.");
  }

  @Test
  void whatIsNotUnderstoodIsSaidToBe() {
    Terminal terminal = new Terminal(directory);

    assertThat(terminal.run("workflow")).isEqualTo(2);
    assertThat(terminal.err()).contains("Missing command");
    assertThat(terminal.run("workflow", "list", "--status", "DONE")).isEqualTo(2);
    assertThat(terminal.run("workflow", "list", "--after", "x", "--url", "sqlite:///x"))
        .isEqualTo(2);
    assertThat(terminal.err())
        .contains(
            "\"x\" is no cursor of a listing. Use the text() of one that a listing returned.");
    assertThat(terminal.run("workflow", "fork", "order-1")).isEqualTo(2);
  }
}
