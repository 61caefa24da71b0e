package dev.dbos.datasource;

import com.zaxxer.hikari.HikariConfig;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Everything a datasource is made from.
 *
 * @param source where connections come from
 * @param name the name used in messages, or null for the database's own
 * @param pool how the pool is made; not used for a data source of the caller's
 * @param session what transactions and statements run with
 * @param schema where the table of step outputs lives on PostgreSQL
 * @param migrations what brings the application's tables up to date, or null for nothing
 */
public record DatasourceSettings(
    Source source,
    @Nullable String name,
    PoolSetup pool,
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
   * How a pool is made.
   *
   * @param options its size and timeouts
   * @param credentials asked for each new connection, or null for those of the URL
   * @param customizer has the last word on the pool's configuration, or null
   */
  public record PoolSetup(
      PoolOptions options,
      @Nullable Supplier<Credentials> credentials,
      @Nullable Consumer<HikariConfig> customizer) {

    /** A pool with these options and nothing special. */
    public static PoolSetup of(PoolOptions options) {
      return new PoolSetup(options, null, null);
    }
  }

  /**
   * What transactions and statements run with.
   *
   * @param isolation the isolation level of transactions that ask for none
   * @param statementTimeout how long one statement may run, or null for as long as it likes
   * @param applicationName what the server shows for the connections; unless it is the default it
   *     counts more than the URL's
   * @param logStatements whether every statement is logged through slf4j
   */
  public record SessionOptions(
      IsolationLevel isolation,
      @Nullable Duration statementTimeout,
      String applicationName,
      boolean logStatements) {
    /** What the server shows for connections whose program chose nothing else. */
    public static final String DEFAULT_APPLICATION_NAME = "dbos_transact";

    /** Serializable, without a limit of time and without logging. */
    public static final SessionOptions DEFAULT =
        new SessionOptions(IsolationLevel.SERIALIZABLE, null, DEFAULT_APPLICATION_NAME, false);
  }
}
