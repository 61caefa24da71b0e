package dev.dbos.benchmarks;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** db-scheduler, which claims in batches and runs at once what its own process schedules. */
final class QueueDbScheduler implements QueueContender {
  static final String NAME = "db-scheduler";
  private static final int THREADS = 50;
  private static final String TABLE =
      """
      CREATE TABLE scheduled_tasks (
        task_name text NOT NULL, task_instance text NOT NULL, task_data bytea,
        execution_time timestamptz NOT NULL, picked boolean NOT NULL, picked_by text,
        last_success timestamptz, last_failure timestamptz, consecutive_failures int,
        last_heartbeat timestamptz, version bigint NOT NULL, priority smallint,
        PRIMARY KEY (task_name, task_instance));
      CREATE INDEX execution_time_idx ON scheduled_tasks (execution_time);
      CREATE INDEX last_heartbeat_idx ON scheduled_tasks (last_heartbeat)
      """;

  private final HikariDataSource pool;
  private final OneTimeTask<Void> nothing;
  private final Scheduler scheduler;
  private volatile Consumer<String> told = id -> {};

  private QueueDbScheduler(String url) throws SQLException {
    this.pool = Pools.open(url);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(TABLE);
    }
    this.nothing =
        Tasks.oneTime("nothing").execute((instance, context) -> told.accept(instance.getId()));
    this.scheduler =
        Scheduler.create(pool, nothing)
            .threads(THREADS)
            .pollUsingLockAndFetch(1.0, 4.0)
            .pollingInterval(Duration.ofMillis(100))
            .enableImmediateExecution()
            .build();
    scheduler.start();
  }

  static QueueContender open(String url) throws SQLException {
    return new QueueDbScheduler(url);
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public void enqueue(String id) {
    scheduler.schedule(nothing.instance(id), Clock.systemUTC().instant());
  }

  @Override
  public String unfinished() {
    return "SELECT count(*) FROM scheduled_tasks";
  }

  @Override
  public Optional<String> finished() {
    return Optional.empty();
  }

  @Override
  public void whenBegun(Consumer<String> listener) {
    told = listener;
  }

  @Override
  public void close() {
    scheduler.stop();
    pool.close();
  }
}
