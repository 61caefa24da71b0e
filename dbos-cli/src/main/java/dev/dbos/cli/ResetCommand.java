package dev.dbos.cli;

import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import java.io.IOException;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dbos reset}. */
@Command(
    name = "reset",
    mixinStandardHelpOptions = true,
    description = "Deletes all workflows and makes the system tables anew. Asks before it does.")
final class ResetCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The same as --url.")
  private @Nullable String url;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  ResetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Configuration configuration = connection.resolve(console, url);
    String database = configuration.systemDatabase().redacted();
    if (!yes && !isConfirmed(database)) {
      console.err().println("dbos: nothing was deleted.");
      return DbosCommand.FAILED;
    }
    SystemDatabaseAdmin.of(configuration).reset();
    console.out().println("Deleted all workflows of " + database + ".");
    return DbosCommand.DONE;
  }

  private boolean isConfirmed(String database) throws IOException {
    console
        .err()
        .println(
            "This deletes every workflow in "
                + database
                + " with its history. No application may be running on it. Type yes to go on:");
    String answer = console.in().readLine();
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).equals("yes");
  }
}
