package dev.dbos;

import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.internal.migration.OutboxTable;
import dev.dbos.internal.migration.OutputTable;
import dev.dbos.internal.migration.SystemSchema;
import dev.dbos.internal.sql.Dialect;
import java.util.ArrayList;
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
   * Creates the tables of a fresh system database on CockroachDB, and says so in its version row.
   *
   * @param schema the schema of the tables
   * @return statements in order, without semicolons; each to be run by itself, and again if one
   *     fails
   */
  public static List<String> cockroachSystemDatabase(String schema) {
    return SystemSchema.ddl(new Dialect.Postgres(Dialect.Flavor.COCKROACHDB), schema);
  }

  /**
   * Creates the tables of step outputs and of the outbox in a datasource's database.
   *
   * @param kind the database product
   * @param schema the schema on PostgreSQL; not used on SQLite
   * @return statements in order, without semicolons
   */
  public static List<String> datasource(DatabaseUrl.Kind kind, String schema) {
    List<String> statements = new ArrayList<>(OutputTable.ddl(dialect(kind), schema));
    OutboxTable.ddl(dialect(kind), schema).stream()
        .filter(statement -> !statements.contains(statement))
        .forEach(statements::add);
    return statements;
  }

  /**
   * Upgrades the tables of a system database.
   *
   * @param kind the database product
   * @param schema the schema on PostgreSQL; not used on SQLite
   * @param version the version they have, as {@code dbos_migrations} says
   * @return statements in order, without semicolons; to be run in one transaction
   */
  public static List<String> upgrade(DatabaseUrl.Kind kind, String schema, int version) {
    return SystemSchema.upgradeDdl(dialect(kind), schema, version);
  }

  /**
   * Lets a role that owns nothing run an application: it may read and write the rows of the tables
   * in {@code schema}, those made later included. For PostgreSQL.
   *
   * @param schema the schema of the system tables, or of a datasource's table of step outputs
   * @param role the role's name, without quotes
   * @return statements in order, without semicolons; to be run by the owner of the tables
   */
  public static List<String> grants(String schema, String role) {
    return SystemSchema.grants(new Dialect.Postgres(), schema, role);
  }

  private static Dialect dialect(DatabaseUrl.Kind kind) {
    return switch (kind) {
      case POSTGRESQL -> new Dialect.Postgres();
      case SQLITE -> new Dialect.Sqlite();
    };
  }
}
