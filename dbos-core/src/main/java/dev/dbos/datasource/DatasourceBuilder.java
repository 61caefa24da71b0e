package dev.dbos.datasource;

import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.DatasourceSettings.Source;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The settings every kind of datasource has, with the default in each method's first sentence.
 *
 * @param <B> the builder itself
 * @param <D> what it builds
 */
public abstract class DatasourceBuilder<
    B extends DatasourceBuilder<B, D>, D extends Datasource<?>> {
  private final Source source;
  private @Nullable String name;
  private PoolOptions pool = PoolOptions.DEFAULT;
  private IsolationLevel isolation = IsolationLevel.SERIALIZABLE;
  private @Nullable Duration statementTimeout;
  private String applicationName = "dbos_transact";
  private boolean logStatements;
  private String schema = "dbos";
  private @Nullable AppMigrations migrations;

  /** Begins with the defaults. */
  protected DatasourceBuilder(Source source) {
    this.source = source;
  }

  /** The name in logs, errors and metrics; default the database's name. */
  public B name(String datasourceName) {
    if (datasourceName.isBlank()) {
      throw new IllegalArgumentException("A datasource's name must not be blank.");
    }
    this.name = datasourceName;
    return self();
  }

  /** The pool's size and timeouts; default {@link PoolOptions#DEFAULT}. */
  public B pool(PoolOptions options) {
    this.pool = options;
    return self();
  }

  /** The isolation level of transactions; default {@link IsolationLevel#SERIALIZABLE}. */
  public B isolation(IsolationLevel level) {
    this.isolation = level;
    return self();
  }

  /**
   * How long one statement may run; default without limit. A statement that takes longer fails, and
   * is not repeated.
   *
   * @throws IllegalArgumentException when {@code timeout} is less than 1 ms
   */
  public B statementTimeout(Duration timeout) {
    if (timeout.toMillis() < 1) {
      throw new IllegalArgumentException("statementTimeout must be at least 1 ms: " + timeout);
    }
    this.statementTimeout = timeout;
    return self();
  }

  /** What the server shows for the connections; default {@code dbos_transact}. */
  public B applicationName(String shownName) {
    this.applicationName = shownName;
    return self();
  }

  /** Whether every SQL statement is logged, through slf4j at level INFO; default not. */
  public B logStatements(boolean log) {
    this.logStatements = log;
    return self();
  }

  /** Where the table of step outputs lives on PostgreSQL; default schema {@code dbos}. */
  public B schema(String schemaName) {
    this.schema = schemaName;
    return self();
  }

  /** What brings the application's own tables up to date when this is built; default nothing. */
  public B migrations(AppMigrations appMigrations) {
    this.migrations = appMigrations;
    return self();
  }

  /**
   * Opens the pool, migrates, and checks the table of step outputs.
   *
   * @throws dev.dbos.error.DatabaseUnavailableException when the database cannot be reached
   * @throws dev.dbos.error.SchemaException when tables are missing and cannot be made
   */
  public abstract D build();

  /** What has been set so far. */
  protected final DatasourceSettings settings() {
    return new DatasourceSettings(
        source,
        name,
        pool,
        new SessionOptions(isolation, statementTimeout, applicationName, logStatements),
        schema,
        migrations);
  }

  /** This builder, typed. */
  protected abstract B self();
}
