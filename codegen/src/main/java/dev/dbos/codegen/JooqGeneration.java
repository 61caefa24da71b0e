package dev.dbos.codegen;

import java.nio.file.Path;
import java.sql.Connection;
import org.jooq.codegen.GenerationTool;
import org.jooq.meta.jaxb.Configuration;
import org.jooq.meta.jaxb.Database;
import org.jooq.meta.jaxb.Generate;
import org.jooq.meta.jaxb.Generator;
import org.jooq.meta.jaxb.Logging;
import org.jooq.meta.jaxb.Target;

/**
 * One run of jOOQ's generator, with the options all generated code of this project shares: tables
 * with records and keys, {@code java.time} types, no schema in the SQL that is rendered, and no
 * date or anything else in the output that differs between two runs.
 *
 * @param kind the kind of database that is read
 * @param schema the schema that is read; empty for SQLite
 * @param includes a regular expression for the names of the tables to generate
 * @param excludes a regular expression for the names to leave out
 * @param packageName the package of the generated classes
 * @param output the root directory of the generated sources; {@code packageName} below it is
 *     emptied of other Java files
 */
public record JooqGeneration(
    ThrowAwayDatabase.Kind kind,
    String schema,
    String includes,
    String excludes,
    String packageName,
    Path output) {

  /**
   * Generates classes for the tables that {@code connection} sees, and leaves it open.
   *
   * @throws Exception whatever jOOQ's generator throws
   */
  public void run(Connection connection) throws Exception {
    GenerationTool tool = new GenerationTool();
    tool.setConnection(connection);
    tool.run(configuration());
  }

  private Configuration configuration() {
    return new Configuration()
        .withLogging(Logging.WARN)
        .withGenerator(
            new Generator()
                .withDatabase(database())
                .withGenerate(generate())
                .withTarget(
                    new Target()
                        .withPackageName(packageName)
                        .withDirectory(output.toAbsolutePath().toString())));
  }

  private Database database() {
    return new Database()
        .withName(kind.metaDatabase())
        .withInputSchema(schema)
        .withOutputSchemaToDefault(true)
        .withIncludes(includes)
        .withExcludes(excludes)
        .withIncludeRoutines(false);
  }

  private static Generate generate() {
    return new Generate()
        .withRecords(true)
        .withPojos(false)
        .withDaos(false)
        .withJavaTimeTypes(true)
        .withGeneratedAnnotation(true)
        .withGeneratedAnnotationDate(false)
        .withGlobalSchemaReferences(false)
        .withGlobalCatalogReferences(false);
  }
}
