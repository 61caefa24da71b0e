package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.StepStatus;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dbos workflow steps}. */
@Command(
    name = "steps",
    mixinStandardHelpOptions = true,
    description = "Lists the finished steps of one workflow.")
final class StepsCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "ID", description = "The workflow's id.")
  private String id = "";

  StepsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      // Says that there is none, instead of listing nothing.
      client.retrieve(id, Object.class);
      List<StepStatus> steps = client.steps(id);
      console
          .out()
          .println(
              output.isJson()
                  ? OutputOptions.toJson(steps.stream().map(WorkflowFields::of).toList())
                  : text(steps));
    }
    return DbosCommand.DONE;
  }

  private static String text(List<StepStatus> steps) {
    if (steps.isEmpty()) {
      return "No steps.";
    }
    TextTable table = new TextTable("STEP", "NAME", "STATUS", "COMPLETED", "MS", "CHILD");
    for (StepStatus step : steps) {
      table.row(
          Integer.toString(step.stepId()),
          step.name(),
          step.state().name(),
          WorkflowFields.text(step.completedAt().orElse(null)),
          step.duration().map(duration -> Long.toString(duration.toMillis())).orElse(""),
          step.childWorkflowId().orElse(""));
    }
    return table.render();
  }
}
