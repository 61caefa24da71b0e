package dev.dbos.internal.migration;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code datasource_outbox}, the table in an application's own database that holds what its
 * transactions ask of a system database elsewhere, until that has it.
 *
 * <p>A role that may not create it does without, as long as it asks for nothing: the refusal is
 * kept for the first transaction that does.
 */
public final class OutboxTable {
  private static final Logger LOG = LoggerFactory.getLogger(OutboxTable.class);

  private final Database database;
  private final DatasourceTable table;
  private volatile @Nullable SchemaException refusal;
  private volatile boolean ready;

  /**
   * The table in {@code database}.
   *
   * @param schema where it lives on PostgreSQL; any name; ignored on SQLite
   */
  public OutboxTable(Database database, String schema) {
    this.database = database;
    this.table =
        new DatasourceTable(
            database, new SchemaName(schema), TableColumns.OUTBOX, "outbox entries");
  }

  /**
   * Makes the table, where that is allowed; what is there already is used.
   *
   * @throws DatabaseUnavailableException when the connection is lost
   */
  public void prepare() {
    try {
      table.prepare();
      ready = true;
    } catch (SchemaException refused) {
      refusal = refused;
      LOG.debug("Datasource {} has no outbox", database.name(), refused);
    }
  }

  /** Whether the table was there when that was asked last. */
  public boolean wasReady() {
    return ready;
  }

  /** Whether the table is there; it may have been made by somebody else meanwhile. */
  public boolean isReady(Connection connection) throws SQLException {
    ready = ready || table.isReady(connection);
    return ready;
  }

  /**
   * Sees to it that a transaction finds the table.
   *
   * @throws SchemaException when it is not there; the message carries the statements that make it
   */
  public void require(Connection connection) throws SQLException {
    if (!isReady(connection)) {
      SchemaException kept = refusal;
      throw kept != null
          ? kept
          : new SchemaException(
              "The table of outbox entries is not in "
                  + database.name()
                  + ". Open the datasource again.",
              database.name(),
              null);
    }
  }

  /** The statements that make the table, without semicolons, to be put among other migrations. */
  public static List<String> ddl(Dialect dialect, String schema) {
    return new TableColumns(dialect, new SchemaName(schema), TableColumns.OUTBOX).ddl();
  }
}
