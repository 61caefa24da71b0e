package dev.dbos.cli;

import dev.dbos.admin.MoveReport;
import dev.dbos.admin.SystemDatabaseAdmin;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code dbos move}. */
@Command(
    name = "move",
    mixinStandardHelpOptions = true,
    description =
        "Moves everything in the system database of an SQLite file to PostgreSQL, workflows that"
            + " have not ended included. The application must be stopped.")
final class MoveCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Option(
      names = "--from",
      required = true,
      paramLabel = "URL",
      description = "The SQLite file, for example sqlite:///checkout_service.sqlite.")
  private String from = "";

  @Option(names = "--to", paramLabel = "URL", description = "The same as --url.")
  private @Nullable String to;

  @Option(
      names = "--undo",
      description = "Instead let the application start on the file again, as if it had not moved.")
  private boolean undo;

  MoveCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    if (undo) {
      boolean moved = SystemDatabaseAdmin.undoMove(from);
      console
          .out()
          .println(
              output.isJson()
                  ? OutputOptions.toJson(Map.of("undone", moved))
                  : moved ? "The move is undone." : "It was not moved.");
      return DbosCommand.DONE;
    }
    MoveReport report = SystemDatabaseAdmin.of(connection.resolve(console, to)).moveFrom(from);
    console.out().println(output.isJson() ? json(report) : text(report));
    return DbosCommand.DONE;
  }

  private static String text(MoveReport report) {
    String way = report.from() + " to " + report.to();
    if (report.wasThere()) {
      return "All of " + way + " had been moved already.";
    }
    TextTable table = new TextTable("TABLE", "ROWS");
    report.rows().forEach((name, rows) -> table.row(name, String.valueOf(rows)));
    return "Moved "
        + way
        + ", with "
        + report.unfinished()
        + " workflows that have not ended.\n"
        + table.render();
  }

  private static String json(MoveReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("from", report.from());
    fields.put("to", report.to());
    fields.put("rows", report.rows());
    fields.put("unfinished", report.unfinished());
    fields.put("wasThere", report.wasThere());
    return OutputOptions.toJson(fields);
  }
}
