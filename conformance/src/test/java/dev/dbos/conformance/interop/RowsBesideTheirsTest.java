package dev.dbos.conformance.interop;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.dbos.DBOS;
import dev.dbos.Workflow;
import dev.dbos.conformance.Pooling;
import dev.dbos.conformance.Site;
import dev.dbos.serialization.Arguments;
import dev.dbos.workflow.Message;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The workflow of the samples that uses everything, run here into the same database: its rows are
 * theirs, column by column, but for the differences that are listed.
 */
class RowsBesideTheirsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final WorkflowDefinition<Arguments, Integer> ADD =
      WorkflowDefinition.of("add", Arguments.class, Integer.class);
  private static final WorkflowDefinition<Object, Object> EVERYTHING =
      WorkflowDefinition.of("everything", Object.class, Object.class);

  /** Differ in each run: whether there is a value is compared. */
  private static final Set<String> MOMENTS_AND_TOKENS =
      Set.of(
          "created_at",
          "updated_at",
          "completed_at",
          "started_at_epoch_ms",
          "completed_at_epoch_ms",
          "created_at_epoch_ms",
          "retention_timestamp",
          "message_uuid",
          "owner_xid");

  private static final Map<String, String> KEYS =
      Map.of(
          "workflow_status", "workflow_uuid",
          "workflow_input", "workflow_uuid",
          "workflow_output", "workflow_uuid",
          "operation_outputs", "workflow_uuid",
          "notifications", "destination_uuid",
          "workflow_events", "workflow_uuid",
          "workflow_events_history", "workflow_uuid",
          "streams", "workflow_uuid");

  private static Object everything(Object input) {
    int sum = Workflow.callStep("sum", () -> 42);
    Workflow.runStep("returnsNothing", () -> {});
    Workflow.setEvent("progress", Map.of("percent", 50));
    Workflow.setEvent("progress", Map.of("percent", 100));
    Workflow.writeStream("log", Map.of("line", 1));
    Workflow.writeStream("log", "two");
    Workflow.closeStream("log");
    Workflow.sleep(Duration.ofMillis(1));
    WorkflowHandle<Integer> child = Workflow.start(ADD, Arguments.of(1, 2));
    int fromChild = child.result();
    Workflow.send(Message.to(Workflow.id(), Map.of("to", "self")).withTopic("topic"));
    Object msg = Workflow.receive("topic", Object.class, PATIENCE).orElseThrow();
    Map<String, @Nullable Object> output = new LinkedHashMap<>();
    output.put("input", input);
    output.put("sum", sum);
    output.put("fromChild", fromChild);
    output.put("msg", msg);
    output.put("unicode", "é€😀");
    output.put("big", 9007199254740991L);
    output.put("frac", 0.1);
    output.put("nil", null);
    return output;
  }

  @ParameterizedTest
  @EnumSource(Sample.class)
  void ourRowsAreTheirsButForWhatIsListed(Sample sample) {
    Set<String> differences = new TreeSet<>();
    try (Site site = sample.restore()) {
      try (DBOS dbos =
          DBOS.builder(sample.application())
              .applicationVersion("interop-1")
              .executorId("java-1")
              .systemDatabaseUrl(site.systemUrl())
              .systemDatabasePool(Pooling.options())
              .workflow(ADD, args -> args.get(0, Integer.class) + args.get(1, Integer.class))
              .workflow(EVERYTHING, input -> everything(requireNonNull(input)))
              .launch()) {
        dbos.run(EVERYTHING, Map.of("a", 1), StartOptions.id("java-everything"));
      }
      KEYS.forEach(
          (table, key) -> {
            List<Map<String, @Nullable Object>> theirs = rows(site, sample, table, key, true);
            List<Map<String, @Nullable Object>> ours = rows(site, sample, table, key, false);
            compare(table, theirs, ours, differences);
          });
    }

    assertThat(differences).containsExactlyInAnyOrderElementsOf(expected(sample));
  }

  /** Those of one workflow in the order of its steps; empty for a table there is not. */
  private static List<Map<String, @Nullable Object>> rows(
      Site site, Sample sample, String table, String key, boolean theirs) {
    if (sample != Sample.TYPESCRIPT_5_AT_123
        && Set.of("workflow_input", "workflow_output").contains(table)) {
      return List.of();
    }
    String id = theirs ? sample.id("everything") : "java-everything";
    List<Map<String, @Nullable Object>> rows =
        Rows.of(site).rows("SELECT * FROM " + table + " WHERE " + key + " = '" + id + "'");
    int first = theirs ? sample.firstStep() : 0;
    rows.forEach(
        row ->
            row.replaceAll(
                (column, value) -> {
                  if (column.equals("function_id") && value instanceof Number number) {
                    return number.intValue() - first;
                  }
                  return value instanceof String text
                      ? text.replace(id + "-" + (first + 8), "everything-8")
                          .replace(id, "everything")
                      : value;
                }));
    return rows.stream().sorted(Comparator.comparing(RowsBesideTheirsTest::place)).toList();
  }

  private static String place(Map<String, @Nullable Object> row) {
    return "%3s%3s".formatted(row.getOrDefault("function_id", ""), row.getOrDefault("offset", ""));
  }

  private static void compare(
      String table,
      List<Map<String, @Nullable Object>> theirs,
      List<Map<String, @Nullable Object>> ours,
      Set<String> differences) {
    for (int i = 0; i < Math.max(theirs.size(), ours.size()); i++) {
      if (i >= ours.size() || i >= theirs.size()) {
        differences.add(
            i >= ours.size()
                ? table + " lacks" + name(theirs.get(i))
                : table + " has in addition" + name(ours.get(i)));
        continue;
      }
      Map<String, @Nullable Object> our = ours.get(i);
      String row = table + name(our);
      theirs
          .get(i)
          .forEach(
              (column, their) -> {
                boolean same =
                    MOMENTS_AND_TOKENS.contains(column)
                        ? (their == null) == (our.get(column) == null)
                        : Objects.equals(shown(column, their), shown(column, our.get(column)));
                if (!same) {
                  differences.add(row + "." + column);
                }
              });
    }
  }

  private static String name(Map<String, @Nullable Object> row) {
    return row.containsKey("function_name") ? " " + row.get("function_name") : "";
  }

  private static String shown(String column, @Nullable Object value) {
    return column.equals("inputs") && value != null
        ? String.valueOf(Json.object(value.toString()).get("positionalArgs"))
        : String.valueOf(value);
  }

  /**
   * What is written in a language's own format; who ran it; the moment to wake. Nothing is recorded
   * of a wait that found its message at once.
   */
  private static final List<String> EVERYWHERE =
      List.of(
          "operation_outputs sum.output",
          "operation_outputs sum.serialization",
          "operation_outputs returnsNothing.output",
          "operation_outputs returnsNothing.serialization",
          "operation_outputs DBOS.getResult.output",
          "operation_outputs DBOS.getResult.serialization",
          "operation_outputs DBOS.sleep.output",
          "operation_outputs lacks DBOS.sleep",
          "workflow_status.application_id",
          "workflow_status.executor_id");

  /** Where TypeScript writes an empty text, list or object, we and Python write nothing. */
  private static final List<String> TYPESCRIPT =
      List.of(
          "workflow_status.assumed_role",
          "workflow_status.authenticated_roles",
          "workflow_status.authenticated_user");

  /**
   * The fifth generation says how nothing is written, forgets who owned what has ended, and writes
   * inputs and outcomes to one place only.
   */
  private static final List<String> TYPESCRIPT_5 =
      List.of(
          "notifications.consumed_by_function_id",
          "operation_outputs DBOS.closeStream.serialization",
          "operation_outputs DBOS.send.serialization",
          "operation_outputs DBOS.setEvent.serialization",
          "operation_outputs DBOS.writeStream.serialization",
          "workflow_status.creator_xid",
          "workflow_status.inputs",
          "workflow_status.output",
          "workflow_status.owner_xid");

  private static Set<String> expected(Sample sample) {
    Set<String> expected = new TreeSet<>(EVERYWHERE);
    if (sample.application().equals("interop-ts")) {
      expected.addAll(TYPESCRIPT);
    }
    if (sample == Sample.TYPESCRIPT_4_AT_108) {
      expected.add("workflow_status.request");
    }
    if (sample == Sample.TYPESCRIPT_5_AT_123) {
      expected.addAll(TYPESCRIPT_5);
    }
    return expected;
  }
}
