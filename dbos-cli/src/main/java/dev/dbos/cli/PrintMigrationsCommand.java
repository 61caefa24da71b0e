package dev.dbos.cli;

import dev.dbos.SchemaDdl;
import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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

  @Option(
      names = "--from",
      paramLabel = "VERSION",
      description = "Only what upgrades tables of this version; default everything.")
  private @Nullable Integer from;

  @Option(
      names = "--app-role",
      paramLabel = "ROLE",
      description = "With the statements that let this PostgreSQL role read and write the rows.")
  private @Nullable String applicationRole;

  @Option(
      names = "--cockroachdb",
      description = "For CockroachDB, which cannot be told from PostgreSQL by its URL.")
  private boolean cockroach;

  PrintMigrationsCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Configuration configuration = connection.resolve(console, url);
    DatabaseUrl.Kind kind = configuration.systemDatabase().kind();
    String schema = configuration.systemDatabaseSchema();
    List<String> statements = new ArrayList<>(tables(kind, schema));
    if (applicationRole != null && kind == DatabaseUrl.Kind.POSTGRESQL) {
      statements.addAll(SchemaDdl.grants(schema, applicationRole));
    }
    console
        .out()
        .println(
            output.isJson()
                ? OutputOptions.toJson(statements)
                : String.join(";\n\n", statements) + ";");
    return DbosCommand.DONE;
  }

  private List<String> tables(DatabaseUrl.Kind kind, String schema) {
    if (from != null) {
      return SchemaDdl.upgrade(kind, schema, from);
    }
    return cockroach
        ? SchemaDdl.cockroachSystemDatabase(schema)
        : SchemaDdl.systemDatabase(kind, schema);
  }
}
