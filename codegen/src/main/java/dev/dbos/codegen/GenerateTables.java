package dev.dbos.codegen;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jooq.Constants;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Generates jOOQ classes for an application's tables from its Liquibase changelog, with no database
 * running:
 *
 * <pre>{@code
 * java --enable-native-access=ALL-UNNAMED -cp ... dev.dbos.codegen.GenerateTables \
 *     --root src/main/resources --changelog db/changelog.yaml --database postgresql \
 *     --package com.acme.db --output target/generated-sources/jooq
 * }</pre>
 *
 * <p>It migrates a throw-away database with the same {@code LiquibaseMigrations} that migrates the
 * real one, then reads its tables. The generated SQL names no schema, so that the classes work on
 * SQLite and PostgreSQL alike.
 *
 * <p><b>Which database.</b> The one the application runs on. For a changelog that runs on both,
 * take {@code postgresql}: what Liquibase declares as {@code uuid}, {@code timestamp} or {@code
 * json} is plain text to SQLite and becomes a {@code String} here, while jOOQ knows how to store
 * the types of PostgreSQL in SQLite. SQLite is quicker, with no server to start, and enough when
 * the columns are numbers, text and booleans.
 *
 * <p>The output depends on the changelog and the arguments only. A run in which neither changed
 * since the last one, nor the generated files, generates nothing; what counts as the changelog is
 * every file below its root but classes, hidden files, and the root's {@code target} and {@code
 * build} directories.
 *
 * <p>Prints one line; with an error, one line on standard error and exit code 2.
 */
@Command(
    name = "generate-tables",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = "Generates jOOQ classes for the tables of a Liquibase changelog.")
public final class GenerateTables implements Callable<Integer> {

  private static final int FAILED = 2;

  /** Liquibase's own tables, and those that SQLite keeps for itself. */
  private static final String NEVER = "(?i:databasechangelog(lock)?|sqlite_.*)";

  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--changelog",
      required = true,
      paramLabel = "NAME",
      description = "The root changelog: a file, or else a resource on the class path.")
  private String changelog = "";

  @Option(
      names = "--root",
      paramLabel = "DIRECTORY",
      description = "Where the changelog and its includes are looked up, as src/main/resources.")
  private @Nullable Path root;

  @Option(
      names = "--database",
      required = true,
      paramLabel = "DATABASE",
      description = "sqlite or postgresql; postgresql if the changelog runs on both.")
  private ThrowAwayDatabase.Kind kind = ThrowAwayDatabase.Kind.SQLITE;

  @Option(
      names = "--package",
      required = true,
      paramLabel = "PACKAGE",
      description = "The package of the generated classes.")
  private String packageName = "";

  @Option(
      names = "--output",
      paramLabel = "DIRECTORY",
      defaultValue = "target/generated-sources/jooq",
      description = "Where sources are generated. Default: ${DEFAULT-VALUE}")
  private Path output = Path.of("");

  @Option(
      names = "--contexts",
      split = ",",
      paramLabel = "CONTEXT",
      description = "Liquibase contexts, separated by commas. Default: every changeset runs.")
  private String[] contexts = {};

  @Option(
      names = "--schema",
      defaultValue = "public",
      paramLabel = "SCHEMA",
      description = "The schema read on PostgreSQL. Default: ${DEFAULT-VALUE}")
  private String schema = "";

  @Option(
      names = "--exclude",
      defaultValue = "",
      paramLabel = "REGEX",
      description = "Tables to leave out; Liquibase's own always are.")
  private String exclude = "";

  private GenerateTables() {}

  /** Runs the program and exits with its exit code: 0, or 2 after an error. */
  public static void main(String[] arguments) {
    quietenLibraries();
    PrintWriter out = new PrintWriter(System.out, true, System.out.charset());
    PrintWriter err = new PrintWriter(System.err, true, System.err.charset());
    System.exit(run(arguments, out, err));
  }

  /** Runs the program in this JVM and returns its exit code. */
  static int run(String[] arguments, PrintWriter out, PrintWriter err) {
    return new CommandLine(new GenerateTables())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (exception, commandLine, parsed) -> {
              commandLine.getErr().println("generate-tables: " + reason(exception));
              return FAILED;
            })
        .execute(arguments);
  }

  /** What the program uses logs for applications; alone on a terminal that is noise. */
  private static void quietenLibraries() {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    System.getProperties().putIfAbsent("slf4j.internal.verbosity", "ERROR");
    System.getProperties().putIfAbsent("org.slf4j.simpleLogger.defaultLogLevel", "warn");
  }

  private static String reason(Exception exception) {
    String message = exception.getMessage();
    return message == null ? exception.toString() : message.replaceAll("\\s*\\R\\s*", " ");
  }

  @Override
  public Integer call() throws Exception {
    ChangelogLocation found = ChangelogLocation.find(changelog, root);
    Path sources = output.resolve(packageName.replace('.', '/'));
    Marker marker = new Marker(sources);
    String inputs = inputs(found);
    if (found.root().isPresent() && marker.matches(inputs)) {
      say("Up to date: " + sources);
      return CommandLine.ExitCode.OK;
    }
    marker.clear();
    generate(found);
    marker.write(inputs);
    say("Generated " + count(sources) + " classes from " + changelog + " into " + sources);
    return CommandLine.ExitCode.OK;
  }

  private void generate(ChangelogLocation found) throws Exception {
    try (ThrowAwayDatabase database = kind.start();
        Connection connection = database.connect()) {
      found.migrations().withContexts(contexts).apply(connection);
      generation().run(connection);
    }
  }

  private JooqGeneration generation() {
    String readSchema = kind == ThrowAwayDatabase.Kind.POSTGRESQL ? schema : "";
    String excludes = exclude.isEmpty() ? NEVER : NEVER + "|" + exclude;
    return new JooqGeneration(kind, readSchema, ".*", excludes, packageName, output);
  }

  private String inputs(ChangelogLocation found) throws IOException {
    Fingerprint fingerprint =
        new Fingerprint()
            .with(Constants.FULL_VERSION)
            .with(changelog)
            .with(String.join(",", contexts))
            .with(generation().toString());
    if (found.root().isPresent()) {
      fingerprint.withFiles(found.root().get());
    }
    return fingerprint.toString();
  }

  private static long count(Path sources) throws IOException {
    try (Stream<Path> files = Files.walk(sources)) {
      return files.filter(each -> each.toString().endsWith(".java")).count();
    }
  }

  private void say(String line) {
    if (spec != null) {
      spec.commandLine().getOut().println(line);
    }
  }
}
