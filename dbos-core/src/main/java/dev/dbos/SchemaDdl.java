package dev.dbos;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.internal.migration.OutputTable;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Dialect;
import java.util.List;

/**
 * The statements that make the tables of this library, for a database administrator to read or to
 * run: with them in place, {@code migrate(MigrationMode.VALIDATE)} needs no right to create
 * anything.
 */
public final class SchemaDdl {
  private SchemaDdl() {}

  /**
   * Creates the tables of a fresh system database, and says so in its version row.
   *
   * @param kind the database product
   * @param schema the schema on PostgreSQL; not used on SQLite
   * @return statements in order, without semicolons; to be run in one transaction
   */
  public static List<String> systemDatabase(DatabaseUrl.Kind kind, String schema) {
    return SystemSchema.ddl(dialect(kind), schema);
  }

  /**
   * Creates the table of step outputs in a datasource's database.
   *
   * @param kind the database product
   * @param schema the schema on PostgreSQL; not used on SQLite
   * @return statements in order, without semicolons
   */
  public static List<String> datasource(DatabaseUrl.Kind kind, String schema) {
    return OutputTable.ddl(dialect(kind), schema);
  }

  private static Dialect dialect(DatabaseUrl.Kind kind) {
    return switch (kind) {
      case POSTGRESQL -> new Dialect.Postgres();
      case SQLITE -> new Dialect.Sqlite();
    };
  }
}
