package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.configuration.JobRunrConfiguration.JobRunrConfigurationResult;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;

/** JobRunr, which polls; here as often as it lets itself on an SQL database. */
final class QueueJobRunr implements QueueContender {
  static final String NAME = "JobRunr";
  private static final Duration POLL = Duration.ofSeconds(5);

  private final HikariDataSource pool;
  private final JobRunrConfigurationResult jobs;
  private final NothingHandler handler = new NothingHandler();

  /** A job. Public, since it is written as JSON. */
  public static final class Nothing implements JobRequest {
    private static final long serialVersionUID = 1;

    @Override
    public Class<NothingHandler> getJobRequestHandler() {
      return NothingHandler.class;
    }
  }

  /** The body. Public, since it is looked up by name. */
  public static final class NothingHandler implements JobRequestHandler<Nothing> {
    private volatile Consumer<String> told = id -> {};

    @Override
    public void run(Nothing request) {
      told.accept("");
    }
  }

  private QueueJobRunr(String url) {
    this.pool = Pools.open(url);
    this.jobs =
        JobRunr.configure()
            .useStorageProvider(new PostgresStorageProvider(pool))
            .useJobActivator(this::activate)
            .useBackgroundJobServer(
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                    .andPollInterval(POLL))
            .initialize();
  }

  static QueueContender open(String url) {
    return new QueueJobRunr(url);
  }

  private <T> T activate(Class<T> type) {
    return type.cast(handler);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void enqueue(String id) {
    jobs.getJobRequestScheduler().enqueue(UUID.fromString(id), new Nothing());
  }

  @Override
  public Duration poll() {
    return POLL;
  }

  @Override
  public String unfinished() {
    return "SELECT count(*) FROM jobrunr_jobs WHERE state <> 'SUCCEEDED'";
  }

  @Override
  public Optional<String> finished() {
    return Optional.of("SELECT count(*) FROM jobrunr_jobs WHERE state = 'SUCCEEDED'");
  }

  @Override
  public void whenBegun(Consumer<String> listener) {
    handler.told = listener;
  }

  @Override
  public void close() {
    jobs.getBackgroundJobServer().stop();
    pool.close();
  }
}
