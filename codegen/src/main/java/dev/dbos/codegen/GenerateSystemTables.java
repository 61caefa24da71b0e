package dev.dbos.codegen;

import dev.dbos.internal.migration.OutboxTable;
import dev.dbos.internal.migration.OutputTable;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Dialect;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;

/**
 * Generates the jOOQ classes of this library's own tables, which are committed with its sources:
 *
 * <pre>{@code
 * mvn -Pgenerate-system-tables -pl codegen -am process-classes
 * }</pre>
 *
 * <p>A throw-away PostgreSQL server runs the statements that the library runs at its first start;
 * what it then holds is what is generated. So there is one description of the tables, the SQL.
 *
 * <p>The classes are small on purpose: tables and their primary and unique keys, without record
 * classes. They name the schema {@value #SCHEMA}, which the program maps to the real one when it
 * runs. {@code attributes} stays {@code JSONB}: jOOQ casts it for PostgreSQL and stores it as text
 * in SQLite.
 */
public final class GenerateSystemTables {
  /** The package of the generated classes. */
  public static final String PACKAGE = "dev.dbos.internal.schema";

  private static final String SCHEMA = "dbos";

  /** Only the migrations touch the one, and nothing here the other. */
  private static final String EXCLUDES = "dbos_migrations|event_dispatch_kv";

  /**
   * Tables of later versions of the shared layout: never made by this library, but used where
   * another implementation has made them.
   */
  private static final List<String> PAYLOAD_TABLES =
      List.of(
          "CREATE TABLE dbos.workflow_input (workflow_uuid text PRIMARY KEY, inputs text,"
              + " retention_timestamp bigint NOT NULL DEFAULT 0)",
          "CREATE TABLE dbos.workflow_output (workflow_uuid text PRIMARY KEY, output text,"
              + " error text, retention_timestamp bigint NOT NULL DEFAULT 0)");

  private GenerateSystemTables() {}

  /**
   * Generates into the directory given as the only argument.
   *
   * @throws Exception whatever the database or jOOQ's generator throws
   */
  public static void main(String[] arguments) throws Exception {
    if (arguments.length != 1) {
      throw new IllegalArgumentException("Name one directory, the root of the generated sources");
    }
    generate(Path.of(arguments[0]));
  }

  /** Generates into {@code output}, whose other Java files of the package are removed. */
  static void generate(Path output) throws Exception {
    System.setProperty("org.jooq.no-logo", "true");
    System.setProperty("org.jooq.no-tips", "true");
    try (ThrowAwayDatabase database = ThrowAwayDatabase.Kind.POSTGRESQL.start();
        Connection connection = database.connect()) {
      createTables(connection);
      GenerationTool tool = new GenerationTool();
      tool.setConnection(connection);
      tool.run(configuration(output));
    }
  }

  private static void createTables(Connection connection) throws SQLException {
    Dialect dialect = new Dialect.Postgres();
    List<String> ddl = new ArrayList<>(SystemSchema.ddl(dialect, SCHEMA));
    ddl.addAll(OutputTable.ddl(dialect, SCHEMA));
    ddl.addAll(OutboxTable.ddl(dialect, SCHEMA));
    ddl.addAll(PAYLOAD_TABLES);
    try (Statement statement = connection.createStatement()) {
      statement.setEscapeProcessing(false);
      for (String sql : ddl) {
        statement.execute(sql);
      }
    }
  }

  private static Configuration configuration(Path output) {
    return new Configuration()
        .withLogging(Logging.WARN)
        .withGenerator(
            new Generator()
                .withDatabase(database())
                .withGenerate(generate())
                .withTarget(
                    new Target()
                        .withPackageName(PACKAGE)
                        .withDirectory(output.toAbsolutePath().toString())));
  }

  private static Database database() {
    return new Database()
        .withName(ThrowAwayDatabase.Kind.POSTGRESQL.metaDatabase())
        .withInputSchema(SCHEMA)
        .withExcludes(EXCLUDES)
        .withIncludeRoutines(false)
        .withIncludeTriggers(false)
        .withIncludeSequences(false)
        .withIncludeIndexes(false)
        .withIncludeForeignKeys(false)
        .withIncludeCheckConstraints(false);
  }

  private static Generate generate() {
    return new Generate()
        .withRecords(false)
        .withPojos(false)
        .withDaos(false)
        .withIndexes(false)
        .withDefaultCatalog(false)
        .withGlobalCatalogReferences(false)
        .withComments(false)
        .withWhereMethodOverrides(false)
        .withRenameMethodOverrides(false)
        .withGeneratedAnnotation(false);
  }
}
