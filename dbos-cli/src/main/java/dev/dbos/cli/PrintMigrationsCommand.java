package dev.dbos.cli;

import dev.dbos.SchemaDdl;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code dbos print-migrations}. */
@Command(
    name = "print-migrations",
    mixinStandardHelpOptions = true,
    description = "Prints the statements that make the system tables, and connects to nothing.")
final class PrintMigrationsCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The same as --url.")
  private @Nullable String url;

  PrintMigrationsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Configuration configuration = connection.resolve(console, url);
    DatabaseUrl.Kind kind = configuration.systemDatabase().kind();
    List<String> statements = SchemaDdl.systemDatabase(kind, configuration.systemDatabaseSchema());
    console
        .out()
        .println(
            output.isJson()
                ? OutputOptions.toJson(statements)
                : String.join(";\n\n", statements) + ";");
    return DbosCommand.DONE;
  }
}
