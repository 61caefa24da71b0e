package dev.dbos.cli;

import dev.dbos.DbosClient;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dbos workflow get}. */
@Command(
    name = "get",
    mixinStandardHelpOptions = true,
    description = "Shows one workflow, with its input and outcome.")
final class GetCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(paramLabel = "ID", description = "The workflow's id.")
  private String id = "";

  GetCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    try (DbosClient client = connection.client(console)) {
      Map<String, Object> fields = WorkflowFields.allOf(client.retrieve(id, Object.class).status());
      console.out().println(output.isJson() ? OutputOptions.toJson(fields) : text(fields));
    }
    return DbosCommand.DONE;
  }

  private static String text(Map<String, Object> fields) {
    TextTable table = new TextTable("FIELD", "VALUE");
    fields.forEach((name, value) -> table.row(name, value.toString()));
    return table.render();
  }
}
