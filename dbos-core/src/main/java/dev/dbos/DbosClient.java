package dev.dbos;

import dev.dbos.configuration.Configuration;
import dev.dbos.datasource.DatabaseUrl;
import dev.dbos.datasource.Datasource;
import dev.dbos.datasource.ListenMode;
import dev.dbos.datasource.PoolOptions;
import dev.dbos.datasource.spi.DatasourceEngine;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.engine.SystemClock;
import dev.dbos.internal.operations.HealthCheck;
import dev.dbos.internal.operations.LocalRuns;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.outbox.Outboxes;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.serialization.PayloadLimit;
import dev.dbos.serialization.Serializer;
import dev.dbos.serialization.Trust;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The workflows of an application, seen and steered from another process. It runs none itself,
 * recovers none, and never makes or changes a table.
 *
 * <pre>{@code
 * try (DbosClient client = DbosClient.create("postgresql://app:secret@db.example/checkout_dbos")) {
 *   Receipt receipt = client.retrieve("order-42", Receipt.class).result(Duration.ofMinutes(1));
 * }
 * }</pre>
 *
 * <p>It connects when it is used first, so one can be made before the database is there; a use that
 * fails because it is not leaves the client as it was. Threads that wait hold no connection.
 * Thread-safe; made once and closed at the end.
 */
public final class DbosClient extends Workflows implements AutoCloseable {
  private final SystemDatabase systemDatabase;
  private final ClientWatcher watcher;
  private final Outboxes outboxes;

  private DbosClient(SystemAccess access, ClientWatcher watcher, Outboxes outboxes) {
    super(access, new HealthCheck(access, HealthCheck.Subject.client(watcher::state)), outboxes);
    this.systemDatabase = access.systemDatabase();
    this.watcher = watcher;
    this.outboxes = outboxes;
    outboxes.start();
  }

  @Override
  @Nullable String ownVersion() {
    return null;
  }

  /**
   * A client for the system database at {@code url}, of all applications in it. Does not connect.
   *
   * @throws dev.dbos.error.ConfigurationException when the URL is wrong, or one of SQLite in memory
   */
  public static DbosClient create(String url) {
    return builder(url).build();
  }

  /** Begins to configure a client for the system database at {@code url}. */
  public static Builder builder(String url) {
    return new Builder(ClientDatabase.at(DatabaseUrl.parse(url)));
  }

  /** Begins to configure a client for the system database and schema of a configuration. */
  public static Builder builder(Configuration configuration) {
    return new Builder(ClientDatabase.at(configuration.systemDatabase()))
        .schema(configuration.systemDatabaseSchema());
  }

  /** Uses a pool of the caller's, which stays the caller's to close. Does not connect. */
  public static DbosClient from(DataSource dataSource) {
    return builder(dataSource).build();
  }

  /** Begins to configure a client over a pool of the caller's. */
  public static Builder builder(DataSource dataSource) {
    return new Builder(ClientDatabase.over(dataSource));
  }

  /**
   * Ends the waits of this client, and closes what it opened. Workflows are unaffected. Closing
   * again does nothing.
   */
  @Override
  public void close() {
    outboxes.close();
    watcher.close();
    systemDatabase.close();
  }

  /** The settings of a {@link DbosClient}. Not thread-safe. */
  public static final class Builder {
    private static final PoolOptions POOL = PoolOptions.DEFAULT.withMaximumSize(5);

    private final ClientDatabase source;
    private final List<String> trustedPackages = new ArrayList<>();
    private final List<Datasource<?>> datasources = new ArrayList<>();
    private String schema = "dbos";
    private @Nullable String applicationName;
    private PoolOptions pool = POOL;
    private @Nullable Serializer serializer;
    private PayloadLimit payloadLimit = PayloadLimit.DEFAULT;
    private InstantSource clock = SystemClock.UTC;
    private ListenMode listening = ListenMode.AUTO;

    private Builder(ClientDatabase source) {
      this.source = source;
    }

    /** The schema of the system tables on PostgreSQL; default {@code dbos}. */
    public Builder schema(String schemaName) {
      this.schema = schemaName;
      return this;
    }

    /**
     * On behalf of this application: lists its workflows and those that no application owns, unless
     * a query says otherwise. Default: lists those of all applications.
     */
    public Builder applicationName(String name) {
      this.applicationName = name;
      return this;
    }

    /**
     * The size and timeouts of its pool; default {@link PoolOptions#DEFAULT} with at most 5
     * connections. Without effect over a pool of the caller's.
     */
    public Builder pool(PoolOptions options) {
      this.pool = options;
      return this;
    }

    /** What the application writes step outputs with; default as in {@link DbosBuilder}. */
    public Builder serializer(Serializer stepSerializer) {
      this.serializer = stepSerializer;
      return this;
    }

    /** As {@link DbosBuilder#payloadLimit(PayloadLimit)}. */
    public Builder payloadLimit(PayloadLimit limit) {
      this.payloadLimit = limit;
      return this;
    }

    /**
     * Packages, with those below them, whose exceptions may be rebuilt when a result is an error;
     * any other becomes a {@link dev.dbos.error.StepFailedException}.
     */
    public Builder trustedPackages(String... packages) {
      trustedPackages.addAll(List.of(packages));
      return this;
    }

    /** As {@link DbosBuilder#listen(ListenMode)}; it listens from the first wait on. */
    public Builder listen(ListenMode mode) {
      this.listening = mode;
      return this;
    }

    /**
     * Lets transactions of a datasource ask something of this system database, see {@link Outbox}.
     * In another database than the system's that takes an {@link #applicationName}, whose processes
     * deliver what this one leaves behind if they have registered the datasource, too.
     */
    public Builder datasource(Datasource<?> datasource) {
      datasources.add(datasource);
      return this;
    }

    /** What time it is; default the system's clock. */
    public Builder clock(InstantSource source) {
      this.clock = source;
      return this;
    }

    /**
     * Makes the client, without connecting.
     *
     * @throws dev.dbos.error.ConfigurationException when something here is wrong
     */
    public DbosClient build() {
      Trust trust = TrustedTypes.of(trustedPackages, List.of());
      StepCodec codec = StepCodec.of(trust, serializer, payloadLimit);
      SystemDatabase database = source.lazily(schema, pool);
      ClientWatcher watcher = new ClientWatcher(database, listening);
      SystemAccess access =
          new SystemAccess(database, applicationName, codec, clock, watcher, LocalRuns.NONE);
      return new DbosClient(
          access,
          watcher,
          Outboxes.ofClient(
              access,
              datasources.stream()
                  .flatMap(datasource -> datasource.unwrap(DatasourceEngine.class).stream())
                  .map(DatasourceEngine::transactions)
                  .toList()));
    }
  }
}
