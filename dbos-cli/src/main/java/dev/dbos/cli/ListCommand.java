package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.WorkflowCursor;
import dev.dbos.workflow.WorkflowPage;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dbos workflow list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists workflows, the newest first.")
final class ListCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = {"-s", "--status"},
      paramLabel = "STATUS",
      description = "Only these: ${COMPLETION-CANDIDATES}.")
  private List<WorkflowState> states = new ArrayList<>();

  @Option(
      names = {"-n", "--name"},
      description = "Only workflows of these names.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = {"-q", "--queue"},
      description = "Only workflows with these queues.")
  private List<String> queues = new ArrayList<>();

  @Option(names = "--queued", description = "Only workflows with a queue that have not ended.")
  private boolean queued;

  @Option(names = "--application", description = "Only workflows of these applications.")
  private List<String> applications = new ArrayList<>();

  @Option(names = "--app-version", description = "Only workflows of these application versions.")
  private List<String> versions = new ArrayList<>();

  @Option(names = "--executor", description = "Only workflows that these processes run or ran.")
  private List<String> executors = new ArrayList<>();

  @Option(names = "--user", description = "Only workflows started for these users.")
  private List<String> users = new ArrayList<>();

  @Option(names = "--parent", description = "Only children of these workflows.")
  private List<String> parents = new ArrayList<>();

  @Option(names = "--id-prefix", description = "Only workflows whose ids begin like this.")
  private List<String> prefixes = new ArrayList<>();

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only workflows created then or later, for example 2026-03-01T08:00:00Z.")
  private @Nullable Instant since;

  @Option(names = "--until", paramLabel = "TIME", description = "Only workflows created before.")
  private @Nullable Instant until;

  @Option(
      names = {"-l", "--limit"},
      description = "At most this many; default ${DEFAULT-VALUE}.",
      defaultValue = "20")
  private int limit;

  @Option(names = "--after", paramLabel = "CURSOR", description = "What follows, as a list says.")
  private @Nullable String after;

  @Option(names = "--oldest-first", description = "The oldest first.")
  private boolean oldestFirst;

  ListCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    WorkflowQuery query = query();
    try (DbosClient client = connection.client(console)) {
      WorkflowPage page = client.page(query);
      console.out().println(output.isJson() ? json(page) : text(page));
    }
    return DbosCommand.DONE;
  }

  private WorkflowQuery query() {
    try {
      WorkflowQuery query = filtered().withLimit(limit);
      query = oldestFirst ? query : query.newestFirst();
      return after == null ? query : query.after(WorkflowCursor.of(after));
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
  }

  private WorkflowQuery filtered() {
    WorkflowQuery query = WorkflowQuery.all();
    query = states.isEmpty() ? query : query.withStatuses(states);
    query = queued ? query.queued() : query;
    query = since == null ? query : query.createdFrom(since);
    query = until == null ? query : query.createdBefore(until);
    query = with(query, names, (all, some) -> all.withName(some.getFirst(), rest(some)));
    query = with(query, queues, (all, some) -> all.withQueue(some.getFirst(), rest(some)));
    query = with(query, versions, (all, some) -> all.withVersion(some.getFirst(), rest(some)));
    query = with(query, executors, (all, some) -> all.withExecutor(some.getFirst(), rest(some)));
    query = with(query, users, (all, some) -> all.withUser(some.getFirst(), rest(some)));
    query = with(query, parents, (all, some) -> all.withParent(some.getFirst(), rest(some)));
    query = with(query, prefixes, (all, some) -> all.withIdPrefix(some.getFirst(), rest(some)));
    return with(
        query, applications, (all, some) -> all.withApplication(some.getFirst(), rest(some)));
  }

  private static WorkflowQuery with(
      WorkflowQuery query,
      List<String> values,
      BiFunction<WorkflowQuery, List<String>, WorkflowQuery> filter) {
    return values.isEmpty() ? query : filter.apply(query, values);
  }

  private static String[] rest(List<String> values) {
    return values.subList(1, values.size()).toArray(String[]::new);
  }

  private static String text(WorkflowPage page) {
    if (page.workflows().isEmpty()) {
      return "No workflows.";
    }
    TextTable table = new TextTable("ID", "NAME", "STATUS", "CREATED", "COMPLETED", "QUEUE");
    for (WorkflowStatus workflow : page.workflows()) {
      table.row(
          workflow.id(),
          workflow.name(),
          WorkflowFields.state(workflow),
          WorkflowFields.text(workflow.createdAt()),
          WorkflowFields.text(workflow.completedAt().orElse(null)),
          workflow.queueName().orElse(""));
    }
    return table.render()
        + page.next()
            .map(next -> System.lineSeparator() + "More with --after " + cursor(page))
            .orElse("");
  }

  private static String cursor(WorkflowPage page) {
    return page.workflows().getLast().cursor().text();
  }

  private static String json(WorkflowPage page) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("workflows", page.workflows().stream().map(WorkflowFields::of).toList());
    page.next().ifPresent(next -> fields.put("after", cursor(page)));
    return OutputOptions.toJson(fields);
  }
}
