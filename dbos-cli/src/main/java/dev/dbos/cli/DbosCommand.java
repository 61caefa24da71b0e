package dev.dbos.cli;

import dev.dbos.error.DbosException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * {@code dbos} and its subcommands. Exit codes: 0 done, 1 it could not be done or something is
 * wrong, 2 the command was not understood.
 */
@Command(
    name = "dbos",
    mixinStandardHelpOptions = true,
    versionProvider = DbosCommand.Version.class,
    synopsisSubcommandLabel = "COMMAND",
    description = "Looks after the system database of durable workflows.",
    footer = {
      "",
      "The database is, in this order: what the command line names, system_database_url of"
          + " dbos-config.yaml in the working directory, the environment variable"
          + " DBOS_SYSTEM_DATABASE_URL, the default file of the application in dbos-config.yaml."
    })
final class DbosCommand implements Runnable {
  static final int DONE = 0;
  static final int FAILED = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  private DbosCommand() {}

  /** Runs one command line. */
  static int run(Console console, String... arguments) {
    return commandLine(console).execute(arguments);
  }

  private static CommandLine commandLine(Console console) {
    CommandLine line =
        new CommandLine(new DbosCommand())
            .addSubcommand(new MigrateCommand(console))
            .addSubcommand(new PrintMigrationsCommand(console))
            .addSubcommand(new MoveCommand(console))
            .addSubcommand(new ResetCommand(console))
            .addSubcommand(new RenameApplicationCommand(console))
            .addSubcommand(new CheckCommand(console))
            .addSubcommand(new HealthCommand(console))
            .addSubcommand(WorkflowCommand.with(console))
            .addSubcommand(QueueCommand.with(console))
            .addSubcommand(ScheduleCommand.with(console));
    return line.setOut(console.out())
        .setErr(console.err())
        .setUsageHelpAutoWidth(true)
        .setExecutionExceptionHandler((failure, where, parsed) -> failed(console, failure));
  }

  /** An error that explains itself is told as it is; any other is a bug, and shows where. */
  private static int failed(Console console, Exception failure) throws Exception {
    if (!(failure instanceof DbosException)) {
      throw failure;
    }
    console.err().println("dbos: " + failure.getMessage());
    return FAILED;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Missing command");
  }

  /** The version this was packaged as. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      String version = DbosCommand.class.getPackage().getImplementationVersion();
      return new String[] {"dbos " + (version == null ? "(not packaged)" : version)};
    }
  }
}
