package dev.dbos.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code dbos workflow} and its subcommands. */
@Command(
    name = "workflow",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Shows and steers the workflows of a system database.")
final class WorkflowCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  private WorkflowCommand() {}

  static CommandLine with(Console console) {
    return new CommandLine(new WorkflowCommand())
        .addSubcommand(new ListCommand(console))
        .addSubcommand(new GetCommand(console))
        .addSubcommand(new StepsCommand(console))
        .addSubcommand(new CancelCommand(console))
        .addSubcommand(new ResumeCommand(console))
        .addSubcommand(new ForkCommand(console))
        .addSubcommand(new DeleteCommand(console))
        .addSubcommand(new ExportCommand(console))
        .addSubcommand(new ImportCommand(console));
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }
}
