package dev.dbos.datasource;

import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Everything a datasource is made from.
 *
 * @param source where connections come from
 * @param name the name used in messages, or null for the database's own
 * @param pool the size and timeouts of the pool; not used for a data source of the caller's
 * @param session what transactions and statements run with
 * @param schema where the table of step outputs lives on PostgreSQL
 * @param migrations what brings the application's tables up to date, or null for nothing
 */
public record DatasourceSettings(
    Source source,
    @Nullable String name,
    PoolOptions pool,
    SessionOptions session,
    String schema,
    @Nullable AppMigrations migrations) {

  /** Where connections come from. */
  public sealed interface Source {
    /** A pool of the datasource's own. */
    record Url(DatabaseUrl url) implements Source {}

    /** A pool of the caller's: used, never closed. */
    record Existing(DataSource dataSource) implements Source {}
  }

  /**
   * What transactions and statements run with.
   *
   * @param isolation the isolation level of transactions that ask for none
   * @param statementTimeout how long one statement may run, or null for as long as it likes
   * @param applicationName what the server shows for the connections
   * @param logStatements whether every statement is logged through slf4j
   */
  public record SessionOptions(
      IsolationLevel isolation,
      @Nullable Duration statementTimeout,
      String applicationName,
      boolean logStatements) {}
}
