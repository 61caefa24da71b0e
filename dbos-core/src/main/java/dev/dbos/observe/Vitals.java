package dev.dbos.observe;

import java.util.List;

/** How busy a runtime is at this moment. Asking costs nothing and never waits for a database. */
public interface Vitals {
  /** The application's name. */
  String applicationName();

  /** The version of the program. */
  String applicationVersion();

  /** Which of several processes this is. */
  String executorId();

  /** How many workflows this process has begun and not ended, those that sleep or wait included. */
  int runningWorkflows();

  /** How many checkpoints wait to be written. */
  int journalBacklog();

  /** The outboxes of registered datasources, as they were found a few seconds ago. */
  default List<OutboxBacklog> outboxBacklogs() {
    return List.of();
  }

  /** The pools of the system database and of the registered datasources, as far as they say. */
  List<PoolUse> pools();
}
