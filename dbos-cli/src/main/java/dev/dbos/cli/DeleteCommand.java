package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.workflow.Reach;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dbos workflow delete}. */
@Command(
    name = "delete",
    mixinStandardHelpOptions = true,
    description = "Deletes workflows with all that is stored of them. Asks before it does.")
final class DeleteCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "1..*", paramLabel = "ID", description = "The ids of the workflows.")
  private List<String> ids = new ArrayList<>();

  @Option(names = "--children", description = "Also what they have started.")
  private boolean children;

  @Option(
      names = {"-y", "--yes"},
      description = "Do not ask.")
  private boolean yes;

  DeleteCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (DbosClient client = connection.client(console)) {
      // Says of which there is none.
      ids.forEach(id -> client.retrieve(id, Object.class));
      if (!yes && !isConfirmed()) {
        console.err().println("dbos: nothing was deleted.");
        return DbosCommand.FAILED;
      }
      client.delete(ids, children ? Reach.WITH_CHILDREN : Reach.ONLY_THESE);
    }
    console
        .out()
        .println(
            output.isJson()
                ? OutputOptions.toJson(Map.of("deleted", ids))
                : "Deleted " + String.join(", ", ids) + ".");
    return DbosCommand.DONE;
  }

  private boolean isConfirmed() throws IOException {
    console
        .err()
        .println("This deletes " + String.join(", ", ids) + " for good. Type yes to go on:");
    String answer = console.in().readLine();
    return answer != null && answer.strip().toLowerCase(Locale.ROOT).equals("yes");
  }
}
