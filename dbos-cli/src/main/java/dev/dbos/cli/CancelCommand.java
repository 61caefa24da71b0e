package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.Reach;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dbos workflow cancel}. */
@Command(
    name = "cancel",
    mixinStandardHelpOptions = true,
    description = "Cancels workflows: they stop at their next operation, and can be resumed.")
final class CancelCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids of the workflows.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--children", description = "Also what they have started.")
  private boolean children;

  CancelCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      // Says of which there is none.
      ids.forEach(id -> client.retrieve(id, Object.class));
      client.cancel(ids, children ? Reach.WITH_CHILDREN : Reach.ONLY_THESE);
    }
    console
        .out()
        .println(
            output.isJson()
                ? OutputOptions.toJson(Map.of("cancelled", ids))
                : "Cancelled " + String.join(", ", ids) + ".");
    return DbosCommand.DONE;
  }
}
