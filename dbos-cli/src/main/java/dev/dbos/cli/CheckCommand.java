package dev.dbos.cli;

import dev.dbos.admin.DatabaseReport;
import dev.dbos.admin.DatabaseReport.Finding;
import dev.dbos.admin.SystemDatabaseAdmin;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dbos check}. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = "Tells whether an application could use the system database. Changes nothing.")
final class CheckCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The same as --url.")
  private @Nullable String url;

  CheckCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    DatabaseReport report = SystemDatabaseAdmin.of(connection.resolve(console, url)).check();
    console.out().println(output.isJson() ? json(report) : text(report));
    return report.isUsable() ? DbosCommand.DONE : DbosCommand.FAILED;
  }

  private static String text(DatabaseReport report) {
    TextTable table = new TextTable("TOPIC", "", report.database());
    for (Finding finding : report.findings()) {
      table.row(word(finding.topic()), word(finding.verdict()), finding.text());
    }
    return table.render();
  }

  private static String json(DatabaseReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("database", report.database());
    fields.put("usable", report.isUsable());
    fields.put(
        "findings",
        report.findings().stream()
            .map(
                finding -> {
                  Map<String, String> one = new LinkedHashMap<>();
                  one.put("topic", word(finding.topic()));
                  one.put("verdict", word(finding.verdict()));
                  one.put("text", finding.text());
                  return one;
                })
            .toList());
    return OutputOptions.toJson(fields);
  }

  private static String word(Enum<?> choice) {
    return choice.name().toLowerCase(Locale.ROOT);
  }
}
