package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.Queue;
import dev.dbos.workflow.RateLimit;
import dev.dbos.workflow.WorkflowAggregate;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowAggregation.Property;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowState;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dbos queue list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = {
      "Lists the registered queues with their limits and what is in them.",
      "A limit of each partition key follows a slash: 10/1 is ten at once, and one of each key."
    })
final class QueueListCommand implements Callable<Integer> {
  private static final int MOST = 100_000;

  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  QueueListCommand(Console console) {
    this.console = console;
  }

  private record Content(Map<String, Map<WorkflowState, Long>> counts) {
    long of(Queue queue, WorkflowState state) {
      return counts.getOrDefault(queue.name(), Map.of()).getOrDefault(state, 0L);
    }
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      List<Queue> queues = client.queues().list();
      Content content = content(client);
      console
          .out()
          .println(
              output.isJson()
                  ? OutputOptions.toJson(
                      queues.stream().map(queue -> fields(queue, content)).toList())
                  : text(queues, content));
    }
    return DbosCommand.DONE;
  }

  private static Content content(DbosClient client) {
    Map<String, Map<WorkflowState, Long>> counts = new HashMap<>();
    for (WorkflowAggregate group :
        client.aggregate(
            WorkflowQuery.all().queued(),
            WorkflowAggregation.by(Property.QUEUE, Property.STATUS).withLimit(MOST))) {
      counts
          .computeIfAbsent(group.value(Property.QUEUE).orElse(""), queue -> new HashMap<>())
          .put(WorkflowState.of(group.value(Property.STATUS).orElse("")), group.count());
    }
    return new Content(counts);
  }

  private static String text(List<Queue> queues, Content content) {
    if (queues.isEmpty()) {
      return "No queues.";
    }
    TextTable table =
        new TextTable("QUEUE", "AT ONCE", "PER WORKER", "RATE", "WAITING", "DELAYED", "RUNNING");
    for (Queue queue : queues) {
      table.row(
          queue.name(),
          limits(number(queue.concurrency()), number(queue.partitionConcurrency())),
          limits(number(queue.workerConcurrency()), number(queue.partitionWorkerConcurrency())),
          limits(rate(queue.rateLimit()), rate(queue.partitionRateLimit())),
          Long.toString(content.of(queue, WorkflowState.ENQUEUED)),
          Long.toString(content.of(queue, WorkflowState.DELAYED)),
          Long.toString(content.of(queue, WorkflowState.PENDING)));
    }
    return table.render();
  }

  private static String limits(String whole, String partition) {
    return partition.isEmpty() ? whole : whole + "/" + partition;
  }

  private static String number(OptionalInt limit) {
    return limit.isPresent() ? Integer.toString(limit.getAsInt()) : "";
  }

  private static String rate(Optional<RateLimit> limit) {
    return limit.map(rate -> rate.starts() + " in " + rate.period().toMillis() + " ms").orElse("");
  }

  private static Map<String, Object> fields(Queue queue, Content content) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", queue.name());
    put(fields, "concurrency", queue.concurrency());
    put(fields, "workerConcurrency", queue.workerConcurrency());
    put(fields, "rateLimit", queue.rateLimit());
    put(fields, "partitionConcurrency", queue.partitionConcurrency());
    put(fields, "partitionWorkerConcurrency", queue.partitionWorkerConcurrency());
    put(fields, "partitionRateLimit", queue.partitionRateLimit());
    fields.put("pollingIntervalMillis", queue.pollingInterval().toMillis());
    fields.put("enqueued", content.of(queue, WorkflowState.ENQUEUED));
    fields.put("delayed", content.of(queue, WorkflowState.DELAYED));
    fields.put("running", content.of(queue, WorkflowState.PENDING));
    return fields;
  }

  private static void put(Map<String, Object> fields, String name, OptionalInt limit) {
    if (limit.isPresent()) {
      fields.put(name, limit.getAsInt());
    }
  }

  private static void put(Map<String, Object> fields, String name, Optional<RateLimit> limit) {
    limit.ifPresent(
        rate ->
            fields.put(
                name, Map.of("starts", rate.starts(), "periodMillis", rate.period().toMillis())));
  }
}
