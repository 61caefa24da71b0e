package dev.dbos.cli;

import dev.dbos.admin.OwnershipReport;
import dev.dbos.admin.SystemDatabaseAdmin;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dbos rename-application}. */
@Command(
    name = "rename-application",
    mixinStandardHelpOptions = true,
    description =
        "Gives everything of an application to another name. Stop the application before, and launch"
            + " it under the new name afterwards.")
final class RenameApplicationCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(index = "0", paramLabel = "FROM", description = "The name it has.")
  private String from = "";

  @Parameters(index = "1", paramLabel = "TO", description = "The name it gets.")
  private String to = "";

  @Option(names = "--adopt-unclaimed", description = "Also what belongs to no application.")
  private boolean adopting;

  RenameApplicationCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    SystemDatabaseAdmin admin = SystemDatabaseAdmin.of(connection.resolve(console, null));
    OwnershipReport renamed = admin.renameApplication(from, to);
    if (renamed.isEmpty() && !adopting) {
      console.err().println("dbos: nothing belongs to application " + from + ".");
      return DbosCommand.FAILED;
    }
    console.out().println(told(renamed) + " of " + from + " belong to " + to + " now.");
    if (adopting) {
      console
          .out()
          .println(told(admin.adoptUnclaimed(to)) + " of nobody belong to " + to + " now.");
    }
    return DbosCommand.DONE;
  }

  private static String told(OwnershipReport report) {
    return "%d unfinished and %d finished workflows, %d steps, %d queues, %d schedules, %d versions"
        .formatted(
            report.unfinishedWorkflows(),
            report.finishedWorkflows(),
            report.steps(),
            report.queues(),
            report.schedules(),
            report.versions());
  }
}
