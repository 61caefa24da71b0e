package dev.dbos.cli;

import dev.dbos.DbosClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dbos schedule pause} and {@code dbos schedule resume}. */
abstract class SchedulePauseCommand implements Callable<Integer> {
  private final Console console;
  private final boolean pauses;

  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "1..*", paramLabel = "NAME", description = "The names of the schedules.")
  private List<String> names = new ArrayList<>();

  private SchedulePauseCommand(Console console, boolean pauses) {
    this.console = console;
    this.pauses = pauses;
  }

  /** Pauses. */
  @Command(
      name = "pause",
      mixinStandardHelpOptions = true,
      description = "Has schedules start nothing until they are resumed.")
  static final class Pause extends SchedulePauseCommand {
    Pause(Console console) {
      super(console, true);
    }
  }

  /** Resumes. */
  @Command(
      name = "resume",
      mixinStandardHelpOptions = true,
      description = "Has paused schedules go on with their next ticks.")
  static final class Resume extends SchedulePauseCommand {
    Resume(Console console) {
      super(console, false);
    }
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      for (String name : names) {
        if (client.schedules().find(name).isEmpty()) {
          throw new IllegalArgumentException("Schedule '" + name + "' does not exist.");
        }
      }
      for (String name : names) {
        if (pauses) {
          client.schedules().pause(name);
        } else {
          client.schedules().resume(name);
        }
      }
    } catch (IllegalArgumentException wrong) {
      throw new ParameterException(spec.commandLine(), wrong.getMessage(), wrong);
    }
    console
        .out()
        .println(
            output.isJson()
                ? OutputOptions.toJson(Map.of(pauses ? "paused" : "resumed", names))
                : (pauses ? "Paused " : "Resumed ") + String.join(", ", names) + ".");
    return DbosCommand.DONE;
  }
}
