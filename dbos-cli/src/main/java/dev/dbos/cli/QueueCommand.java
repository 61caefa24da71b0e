package dev.dbos.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dbos queue} and its subcommands. */
@Command(
    name = "queue",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows the queues of a system database.")
final class QueueCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private QueueCommand() {}

  static CommandLine with(Console console) {
    return new CommandLine(new QueueCommand()).addSubcommand(new QueueListCommand(console));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
