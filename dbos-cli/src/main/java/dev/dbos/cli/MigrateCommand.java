package dev.dbos.cli;

import dev.dbos.admin.MigrationReport;
import dev.dbos.admin.SystemDatabaseAdmin;
import dev.dbos.configuration.Configuration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dbos migrate}. */
@Command(
    name = "migrate",
    mixinStandardHelpOptions = true,
    description = "Creates the system tables or brings them up to date; creates the database too.")
final class MigrateCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ConnectionOptions connection = new ConnectionOptions();
  @Mixin private OutputOptions output = new OutputOptions();

  @Parameters(arity = "0..1", paramLabel = "URL", description = "The same as --url.")
  private @Nullable String url;

  @Option(
      names = "--app-role",
      paramLabel = "ROLE",
      description = "Let this PostgreSQL role read and write the rows, and nothing else.")
  private @Nullable String applicationRole;

  MigrateCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() {
    Configuration configuration = connection.resolve(console, url);
    SystemDatabaseAdmin admin = SystemDatabaseAdmin.of(configuration);
    MigrationReport report =
        applicationRole == null ? admin.migrate() : admin.migrateFor(applicationRole);
    String database = configuration.systemDatabase().redacted();
    console.out().println(output.isJson() ? json(database, report) : text(database, report));
    return DbosCommand.DONE;
  }

  private static String text(String database, MigrationReport report) {
    if (!report.hasMigrated()) {
      return "The system tables of "
          + database
          + " are at version "
          + report.version()
          + " already.";
    }
    if (report.versionBefore() >= report.version()) {
      return "Added tables of this library to those of "
          + database
          + " at version "
          + report.version()
          + ".";
    }
    String what =
        report.versionBefore() == 0
            ? "Created the system tables of " + database + " at version " + report.version()
            : "Upgraded the system tables of "
                + database
                + " from version "
                + report.versionBefore()
                + " to "
                + report.version();
    return what + (report.databaseCreated() ? ", in a new database." : ".");
  }

  private static String json(String database, MigrationReport report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("database", database);
    fields.put("databaseCreated", report.databaseCreated());
    fields.put("versionBefore", report.versionBefore());
    fields.put("version", report.version());
    return OutputOptions.toJson(fields);
  }
}
