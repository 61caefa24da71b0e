package dev.dbos.benchmarks;

import com.zaxxer.hikari.HikariDataSource;
import dev.dbos.transact.DBOS;
import dev.dbos.transact.StartWorkflowOptions;
import dev.dbos.transact.config.DBOSConfig;
import dev.dbos.transact.workflow.Queue;
import dev.dbos.transact.workflow.Workflow;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

/** The official library for Java, which polls; here ten times as often as by default. */
final class QueueOfficial implements QueueContender {
  private static final Queue WORK = new Queue("work").withPollingInterval(Duration.ofMillis(100));

  private final HikariDataSource pool;
  private final DBOS dbos;
  private final Nothing nothing;
  private volatile Consumer<String> told = id -> {};

  /** Its workflow; it wants an interface. Public, since it makes a proxy. */
  public interface Nothing {
    /** Does nothing. */
    int nothing();
  }

  /** The body. Public, since it calls it by reflection. */
  public static final class NothingWorkflow implements Nothing {
    private final Runnable begun;

    NothingWorkflow(Runnable begun) {
      this.begun = begun;
    }

    @Override
    @Workflow(name = "nothing")
    public int nothing() {
      begun.run();
      return 0;
    }
  }

  private QueueOfficial(String url) throws SQLException {
    this.pool = Pools.open(url);
    try (Connection connection = pool.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE SCHEMA IF NOT EXISTS dbos");
    }
    this.dbos = new DBOS(DBOSConfig.defaults("benchmark").withDataSource(pool));
    this.nothing = dbos.registerProxy(Nothing.class, new NothingWorkflow(() -> told.accept("")));
    dbos.registerQueue(WORK);
    dbos.launch();
  }

  static QueueContender open(String url) throws SQLException {
    return new QueueOfficial(url);
  }

  @Override
  public String name() {
    return "official Java";
  }

  @Override
  public void enqueue(String id) {
    dbos.startWorkflow(() -> nothing.nothing(), new StartWorkflowOptions(id).withQueue(WORK));
  }

  @Override
  public String unfinished() {
    return "SELECT count(*) FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'PENDING')";
  }

  @Override
  public Optional<String> finished() {
    return Optional.of("SELECT count(*) FROM dbos.workflow_status WHERE status = 'SUCCESS'");
  }

  @Override
  public void whenBegun(Consumer<String> listener) {
    told = listener;
  }

  @Override
  public void close() {
    dbos.close();
    pool.close();
  }
}
