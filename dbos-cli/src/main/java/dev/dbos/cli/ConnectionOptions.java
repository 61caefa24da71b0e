package dev.dbos.cli;

import dev.dbos.DbosClient;
import dev.dbos.configuration.Configuration;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which system database is meant; for every command that works on one. */
final class ConnectionOptions {
  @Option(
      names = {"-u", "--url"},
      paramLabel = "URL",
      description = "The system database, for example postgresql://user:password@host/database.")
  private @Nullable String url;

  @Option(
      names = "--schema",
      paramLabel = "NAME",
      description = "The schema of the system tables on PostgreSQL; default dbos.")
  private @Nullable String schema;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "The configuration file; default dbos-config.yaml in the working directory.")
  private @Nullable Path file;

  /**
   * What the options, the file and the environment come to, in this order of precedence.
   *
   * @param positional the URL given without an option, or null
   */
  Configuration resolve(Console console, @Nullable String positional) {
    Configuration configured = configuration(console);
    String given = positional == null ? url : positional;
    if (given != null) {
      configured = configured.withSystemDatabaseUrl(given);
    }
    return schema == null ? configured : configured.withSystemDatabaseSchema(schema);
  }

  /** A client for that database. */
  DbosClient client(Console console) {
    return DbosClient.builder(resolve(console, null)).build();
  }

  private Configuration configuration(Console console) {
    if (file != null) {
      return Configuration.read(console.directory().resolve(file), console.variables());
    }
    Path usual = console.directory().resolve(Configuration.FILE_NAME);
    return Files.exists(usual)
        ? Configuration.read(usual, console.variables())
        : Configuration.ofEnvironment(console.variables());
  }
}
