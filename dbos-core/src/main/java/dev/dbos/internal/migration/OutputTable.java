package dev.dbos.internal.migration;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import java.util.List;

/**
 * {@code datasource_outputs}, the table in an application's own database that holds the result of
 * each of its transactions.
 */
public final class OutputTable {
  private OutputTable() {}

  /**
   * Makes the table ready for use; what is there already is used.
   *
   * @param schema where it lives on PostgreSQL; any name; ignored on SQLite
   * @throws SchemaException when it cannot be made or completed; the message carries the statements
   * @throws DatabaseUnavailableException when the connection is lost
   */
  public static void prepare(Database database, String schema) {
    new DatasourceTable(database, new SchemaName(schema), TableColumns.OUTPUTS, "step outputs")
        .prepare();
  }

  /** The statements that make the table, without semicolons, to be put among other migrations. */
  public static List<String> ddl(Dialect dialect, String schema) {
    return new TableColumns(dialect, new SchemaName(schema), TableColumns.OUTPUTS).ddl();
  }
}
