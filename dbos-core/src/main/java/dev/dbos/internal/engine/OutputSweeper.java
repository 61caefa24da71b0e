package dev.dbos.internal.engine;

import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.store.RecordedStep;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.internal.transaction.OutputRow;
import dev.dbos.workflow.WorkflowStatus;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what crashed processes left in the output tables of the registered datasources: rows
 * whose step the system database holds, once they are an hour old. A run that was replaced by
 * recovery may still be in the middle of a transaction; until it has noticed, the row is what makes
 * its commit fail, and so it must stay.
 *
 * <p>Rows that the system database does not hold are left alone: they may belong to a workflow of
 * another one.
 */
final class OutputSweeper implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OutputSweeper.class);
  private static final Duration GRACE = Duration.ofHours(1);
  private static final int PAGE = 500;

  private final SystemDatabase systemDatabase;
  private final InstantSource clock;
  private final List<DurableTransactions> datasources;
  private final Rounds rounds = new Rounds("output sweep", this::round);

  OutputSweeper(
      SystemDatabase systemDatabase, InstantSource clock, List<DurableTransactions> datasources) {
    this.systemDatabase = systemDatabase;
    this.clock = clock;
    this.datasources = datasources;
  }

  /** Sweeps now and then every hour, in the background. */
  void start() {
    if (!datasources.isEmpty()) {
      rounds.start();
    }
  }

  /** One that cannot be cleaned keeps no other from it. */
  private Duration round() {
    for (DurableTransactions datasource : datasources) {
      try {
        sweep(datasource);
      } catch (SQLException | RuntimeException failure) {
        LOG.warn("Could not clean the output table of datasource {}", datasource.name(), failure);
      }
    }
    return GRACE;
  }

  private void sweep(DurableTransactions datasource) throws SQLException {
    long before = clock.millis() - GRACE.toMillis();
    OutputRow last = new OutputRow("", -1, 0);
    List<OutputRow> page;
    do {
      page = datasource.leftOver(last, before, PAGE);
      if (page.isEmpty()) {
        return;
      }
      last = page.getLast();
      List<OutputRow> done = recorded(page);
      if (!done.isEmpty()) {
        datasource.delete(done);
        LOG.debug("Deleted {} left over output rows of {}", done.size(), datasource.name());
      }
    } while (page.size() == PAGE && !rounds.isClosed());
  }

  private List<OutputRow> recorded(List<OutputRow> rows) {
    Set<String> ids = rows.stream().map(OutputRow::workflowId).collect(Collectors.toSet());
    Map<String, WorkflowStatus> workflows =
        systemDatabase.read(dsl -> WorkflowStore.findAll(dsl, ids)).stream()
            .collect(Collectors.toMap(WorkflowStatus::id, Function.identity()));
    Map<String, Map<Integer, RecordedStep>> steps =
        systemDatabase.read(dsl -> StepStore.load(dsl, ids));
    return rows.stream()
        .filter(row -> isOfSameLife(row, workflows.get(row.workflowId())))
        .filter(row -> steps.getOrDefault(row.workflowId(), Map.of()).containsKey(row.stepId()))
        .toList();
  }

  private static boolean isOfSameLife(OutputRow row, @Nullable WorkflowStatus workflow) {
    return workflow != null && workflow.createdAt().toEpochMilli() == row.incarnation();
  }

  /**
   * Deletes what the datasources hold of deleted workflows; what is left is harmless.
   *
   * @return whether nothing is left
   */
  boolean forget(Collection<DeletedWorkflow> workflows) {
    boolean all = true;
    for (DurableTransactions datasource : datasources) {
      all &= datasource.forget(workflows);
    }
    return all;
  }

  /** How long after its end a workflow's rows may be needed; zero where there are none. */
  Duration settling() {
    return datasources.isEmpty() ? Duration.ZERO : GRACE;
  }

  /** Ends after the page that is under way. */
  void stop() {
    rounds.stop();
  }

  @Override
  public void close() {
    rounds.close();
  }
}
