package dev.dbos.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dbos schedule} and its subcommands. */
@Command(
    name = "schedule",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows and steers the schedules of a system database.")
final class ScheduleCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private ScheduleCommand() {}

  static CommandLine with(Console console) {
    return new CommandLine(new ScheduleCommand())
        .addSubcommand(new ScheduleListCommand(console))
        .addSubcommand(new SchedulePauseCommand.Pause(console))
        .addSubcommand(new SchedulePauseCommand.Resume(console))
        .addSubcommand(new ScheduleTriggerCommand(console))
        .addSubcommand(new ScheduleBackfillCommand(console));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
