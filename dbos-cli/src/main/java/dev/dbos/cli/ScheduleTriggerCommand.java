package dev.dbos.cli;

import dev.dbos.DbosClient;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dbos schedule trigger}. */
@Command(
    name = "trigger",
    mixinStandardHelpOptions = true,
    description = "Starts the workflow of a schedule now, besides its ticks.")
final class ScheduleTriggerCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "NAME", description = "The schedule's name.")
  private String name = "";

  ScheduleTriggerCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      String id = client.schedules().trigger(name).id();
      console
          .out()
          .println(
              output.isJson() ? OutputOptions.toJson(Map.of("id", id)) : "Started " + id + ".");
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
    return DbosCommand.DONE;
  }
}
