package dev.dbos.internal.engine;

import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.journal.Checkpoint;
import dev.dbos.internal.operations.LocalRuns;
import dev.dbos.internal.operations.Outcome;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.watch.Runs;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jooq.exception.DataAccessException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The runs of an engine, and what it tells them of changes to their workflows. */
final class EngineRuns implements Runs, LocalRuns {
  private static final Logger LOG = LoggerFactory.getLogger(EngineRuns.class);

  private final Engine engine;
  private final ConcurrentMap<String, Run> active = new ConcurrentHashMap<>();
  private final Set<Run> executing = ConcurrentHashMap.newKeySet();
  private final Set<Run> idle = ConcurrentHashMap.newKeySet();

  EngineRuns(Engine engine) {
    this.engine = engine;
  }

  void add(Run run) {
    executing.add(run);
    active.put(run.workflowId(), run);
  }

  /** Whoever asks for its workflow does not find it any more. */
  void release(Run run) {
    active.remove(run.workflowId(), run);
    idle.remove(run);
  }

  /** This process has nothing more to do with it. */
  void remove(Run run) {
    executing.remove(run);
  }

  /** Those that this process has not left. */
  Set<Run> executing() {
    return executing;
  }

  /** Those that wait. */
  Set<Run> idle() {
    return idle;
  }

  @Override
  public Collection<Run> active() {
    return active.values();
  }

  @Override
  public Optional<Run> active(String workflowId) {
    return Optional.ofNullable(active.get(workflowId));
  }

  @Override
  public Optional<CompletableFuture<Outcome>> outcome(String workflowId) {
    return active(workflowId).map(Run::outcome);
  }

  @Override
  public void makeDurable() {
    engine.journal().flush();
  }

  @Override
  public Way makeWay(Collection<String> workflowIds) {
    if (!(engine.systemDatabase().database().dialect() instanceof Dialect.Sqlite)) {
      return () -> {};
    }
    List<Run> runs = executing(workflowIds);
    runs.forEach(Run::openWay);
    return () -> runs.forEach(Run::closeWay);
  }

  /** Those that were replaced and have not noticed yet are among them. */
  private List<Run> executing(Collection<String> workflowIds) {
    Set<String> ids = Set.copyOf(workflowIds);
    return executing.stream().filter(run -> ids.contains(run.workflowId())).toList();
  }

  /** The rows say it: a run that began after the change is not stopped by the news of it. */
  @Override
  public void changed(Collection<String> workflowIds) {
    List<Run> runs = executing(workflowIds);
    if (runs.isEmpty()) {
      return;
    }
    try {
      look(runs);
    } catch (DataAccessException | DatabaseUnavailableException unreachable) {
      LOG.debug("Runs of {} notice the change at their next operation", workflowIds, unreachable);
    }
  }

  /** Has every run look whether it may go on. */
  void look() {
    look(List.copyOf(executing));
  }

  private void look(List<Run> runs) {
    if (runs.isEmpty()) {
      return;
    }
    List<String> ids = runs.stream().map(Run::workflowId).toList();
    Map<String, Standing> standings =
        engine.systemDatabase().read(dsl -> WorkflowStore.standings(dsl, ids));
    runs.forEach(run -> run.notice(standings.get(run.workflowId())));
  }

  @Override
  public boolean enqueue(StartRow row) {
    if (row.queued().deduplicationId() != null) {
      // It may have to wait for the end of a transaction that has it, and everybody with it.
      return false;
    }
    Checkpoint start = Checkpoint.of(row);
    engine.journal().write(start);
    return start.startInserted();
  }

  @Override
  public void enqueued(String queueName) {
    engine.background().queues().signal(queueName);
  }

  @Override
  public boolean servesQueues() {
    return engine.background().queues().isServing();
  }

  @Override
  public void written() {
    engine.background().queues().signalWorkers();
  }

  @Override
  public void delayed() {
    engine.background().delays().signal();
  }

  @Override
  public boolean forget(Collection<DeletedWorkflow> workflows) {
    return engine.background().sweeper().forget(workflows);
  }

  @Override
  public Duration outputsSettle() {
    return engine.background().sweeper().settling();
  }

  @Override
  public boolean knows(String workflowName) {
    return engine.workflowNames().contains(workflowName);
  }

  @Override
  public void schedulesChanged() {
    engine.background().schedules().signal();
  }
}
