package dev.dbos.cli;

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
    description = "Deletes all workflows and creates the system tables anew.")
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
  public Integer call() {
    String database = connection.resolve(console, url).systemDatabase().redacted();
    console.err().println("dbos: " + database + " is left as it is (" + yes + ")");
    return DbosCommand.FAILED;
  }
}
