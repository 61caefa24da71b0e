package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.ScheduleStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code dbos schedule list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    description = "Lists the schedules of all applications by their names.")
final class ScheduleListCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  ScheduleListCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      List<ScheduleStatus> schedules = client.schedules().list();
      console.out().println(output.isJson() ? json(schedules) : text(schedules));
    }
    return DbosCommand.DONE;
  }

  private static String text(List<ScheduleStatus> schedules) {
    if (schedules.isEmpty()) {
      return "No schedules.";
    }
    TextTable table =
        new TextTable("NAME", "STATUS", "CRON", "ZONE", "WORKFLOW", "LAST", "NEXT", "QUEUE");
    for (ScheduleStatus schedule : schedules) {
      table.row(
          schedule.name(),
          state(schedule),
          schedule.timing().cron(),
          schedule.timing().zone(),
          schedule.target().workflowName(),
          WorkflowFields.text(schedule.lastFiredAtOrNull()),
          WorkflowFields.text(schedule.nextAtOrNull()),
          schedule.target().queueName().orElse(""));
    }
    return table.render();
  }

  private static String state(ScheduleStatus schedule) {
    return schedule.paused() ? "PAUSED" : "ACTIVE";
  }

  private static String json(List<ScheduleStatus> schedules) {
    return OutputOptions.toJson(
        Map.of("schedules", schedules.stream().map(ScheduleListCommand::fields).toList()));
  }

  private static Map<String, Object> fields(ScheduleStatus schedule) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", schedule.name());
    fields.put("status", state(schedule));
    fields.put("cron", schedule.timing().cron());
    fields.put("zone", schedule.timing().zone());
    fields.put("misfire", schedule.timing().misfire().name().toLowerCase(Locale.ROOT));
    fields.put("workflow", schedule.target().workflowName());
    fields.put("context", WorkflowFields.json(schedule.target().contextText()));
    schedule.target().queueName().ifPresent(queue -> fields.put("queue", queue));
    schedule.lastFiredAt().ifPresent(last -> fields.put("lastFiredAt", last.toString()));
    schedule.nextAt().ifPresent(next -> fields.put("nextAt", next.toString()));
    if (schedule.applicationName() != null) {
      fields.put("application", schedule.applicationName());
    }
    return fields;
  }
}
