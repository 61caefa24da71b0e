package dev.dbos.internal.engine;

import dev.dbos.internal.journal.Journal;
import dev.dbos.internal.outbox.Outboxes;
import dev.dbos.internal.sql.Database;
import dev.dbos.observe.OutboxBacklog;
import dev.dbos.observe.PoolUse;
import dev.dbos.observe.Vitals;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * How busy an engine is.
 *
 * @param settings what it runs with
 * @param executing the runs that this process has not left
 * @param journal what they write
 * @param databases the system database and those of the datasources
 * @param outboxes what transactions ask of the system database
 */
record EngineVitals(
    EngineSettings settings,
    Set<Run> executing,
    Journal journal,
    List<Database> databases,
    Outboxes outboxes)
    implements Vitals {
  @Override
  public String applicationName() {
    return settings.applicationName();
  }

  @Override
  public String applicationVersion() {
    return settings.applicationVersion();
  }

  @Override
  public String executorId() {
    return settings.executorId();
  }

  @Override
  public int runningWorkflows() {
    return executing.size();
  }

  @Override
  public int journalBacklog() {
    return journal.backlog();
  }

  @Override
  public List<OutboxBacklog> outboxBacklogs() {
    return outboxes.lastSeen();
  }

  @Override
  public List<PoolUse> pools() {
    List<PoolUse> pools = new ArrayList<>();
    databases.forEach(database -> pools.addAll(database.pools()));
    return pools;
  }
}
