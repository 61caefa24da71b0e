package dev.dbos.internal.engine;

import dev.dbos.internal.sql.DatabaseIdentity;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.workflow.Retention;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an engine does besides executing runs, each on a thread of its own. */
final class BackgroundWork {
  private final Engine engine;
  private final Deadlines deadlines;
  private final QueueWorkers queues;
  private final Delays delays;
  private final ScheduleLoop schedules;
  private final OutputSweeper sweeper;
  private final ExecutorLease lease;
  private final Failover failover;
  private volatile @Nullable RetentionLoop retention;

  BackgroundWork(Engine engine, List<DurableTransactions> datasources) {
    this.engine = engine;
    this.deadlines = new Deadlines(engine);
    this.queues = new QueueWorkers(engine);
    this.delays = new Delays(engine);
    this.schedules = new ScheduleLoop(engine);
    this.sweeper =
        new OutputSweeper(
            engine.systemDatabase(), engine.settings().clock(), keepingOutputs(datasources));
    this.lease = new ExecutorLease(engine);
    this.failover = new Failover(engine, lease);
  }

  /** What is recorded in the system database itself leaves nothing to clean up. */
  private List<DurableTransactions> keepingOutputs(List<DurableTransactions> datasources) {
    DatabaseIdentity system = engine.systemDatabase().database().identity();
    return datasources.stream()
        .filter(datasource -> !datasource.database().identity().equals(system))
        .toList();
  }

  /** Has finished workflows deleted, too. */
  void retain(Retention wanted) {
    retention = new RetentionLoop(engine.access(), wanted);
  }

  Deadlines deadlines() {
    return deadlines;
  }

  /** What takes work out of queues. */
  QueueWorkers queues() {
    return queues;
  }

  Delays delays() {
    return delays;
  }

  ScheduleLoop schedules() {
    return schedules;
  }

  OutputSweeper sweeper() {
    return sweeper;
  }

  /** What says that this executor is alive. */
  ExecutorLease lease() {
    return lease;
  }

  Failover failover() {
    return failover;
  }

  /** What does not work at present, in words for whoever looks after it. */
  List<String> troubles() {
    return schedules.isFailing()
        ? List.of("The schedules cannot be looked at, so their ticks are late; the log says why.")
        : List.of();
  }

  /** Begins; what an earlier process has left is recovered in the middle of it. */
  void start() {
    lease.take();
    lease.start();
    sweeper.start();
    engine.outboxes().start();
    new Recovery(engine).run();
    failover.start();
    queues.start();
    delays.start();
    schedules.start();
    RetentionLoop loop = retention;
    if (loop != null) {
      loop.start();
    }
  }

  /** Ends what begins workflows, and what has nothing to do with those that run. */
  void stopBeginning() {
    schedules.stop();
    failover.stop();
    delays.stop();
    sweeper.stop();
    RetentionLoop loop = retention;
    if (loop != null) {
      loop.stop();
    }
    queues.close();
    schedules.close();
    failover.close();
    delays.close();
    sweeper.close();
    if (loop != null) {
      loop.close();
    }
  }

  /** Ends the rest, once no run is left. */
  void close() {
    lease.stop();
    deadlines.stop();
    engine.outboxes().stop();
    lease.close();
    deadlines.close();
    engine.outboxes().close();
  }
}
