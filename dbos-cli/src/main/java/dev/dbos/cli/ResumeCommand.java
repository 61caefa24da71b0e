package dev.dbos.cli;

import dev.dbos.DbosClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dbos workflow resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    description = "Has workflows go on that were cancelled or set aside.")
final class ResumeCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids of the workflows.")
  private List<String> ids = new ArrayList<>();

  ResumeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      client.resume(ids);
    }
    console
        .out()
        .println(
            output.isJson()
                ? OutputOptions.toJson(Map.of("resumed", ids))
                : "Resumed " + String.join(", ", ids) + ".");
    return DbosCommand.DONE;
  }
}
