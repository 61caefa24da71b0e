package dev.dbos.datasource;

import com.zaxxer.hikari.HikariConfig;
import dev.dbos.datasource.DatasourceSettings.PoolSetup;
import dev.dbos.datasource.DatasourceSettings.SessionOptions;
import dev.dbos.datasource.DatasourceSettings.Source;
import dev.dbos.internal.text.StoredName;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Supplier;
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
  private @Nullable Supplier<Credentials> credentials;
  private @Nullable Consumer<HikariConfig> poolCustomizer;
  private IsolationLevel isolation = IsolationLevel.SERIALIZABLE;
  private @Nullable Duration statementTimeout;
  private String applicationName = SessionOptions.DEFAULT_APPLICATION_NAME;
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
    StoredName.require("name of a datasource", datasourceName);
    this.name = datasourceName;
    return self();
  }

  /** The pool's size and timeouts; default {@link PoolOptions#DEFAULT}. */
  public B pool(PoolOptions options) {
    this.pool = options;
    return self();
  }

  /**
   * Who logs in, asked anew for each physical connection the pool opens; default the user and
   * password of the URL. For passwords and tokens that change while the program runs: what the
   * supplier returns is used for one connection, and connections that are open stay open until
   * {@link PoolOptions#maxLifetime()}. It is called on a thread of the pool, maybe several at once,
   * and should answer within {@link PoolOptions#connectionTimeout()}.
   *
   * {@snippet :
   * JdbcDatasource.builder("postgresql://app@db.example/shop")
   *     .credentials(() -> Credentials.password(vault.read("shop")))
   * }
   */
  public B credentials(Supplier<Credentials> supplier) {
    this.credentials = supplier;
    return self();
  }

  /**
   * Changes what {@link PoolOptions} has no word for: leak detection, metrics, properties of the
   * driver… The configuration is handed over as this library would use it, right before the pool is
   * opened; default no change. On SQLite it is called twice, for the connection that writes, whose
   * number stays one, and for those that read, whose {@code connectionInitSql} stays ours.
   *
   * <p>What transactions rest on is not for changing: building fails with a {@link
   * dev.dbos.error.ConfigurationException} when the database's address is another one afterwards,
   * auto-commit is off, or the connections are read-only or have an isolation level of the pool's.
   */
  public B configurePool(Consumer<HikariConfig> customizer) {
    this.poolCustomizer = customizer;
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

  /**
   * What the server shows for the connections; default the {@code application_name} of the URL,
   * else {@code dbos_transact}.
   */
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
        new PoolSetup(pool, credentials, poolCustomizer),
        new SessionOptions(isolation, statementTimeout, applicationName, logStatements),
        schema,
        migrations);
  }

  /** This builder, typed. */
  protected abstract B self();
}
