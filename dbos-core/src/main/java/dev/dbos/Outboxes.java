package dev.dbos;

import dev.dbos.observe.OutboxBacklog;
import dev.dbos.workflow.OutboxEntry;
import java.util.Collection;
import java.util.List;

/**
 * What the outboxes of the registered datasources hold that the system database has refused: a
 * message to a workflow that does not exist, say, or the start of one whose id is taken by another.
 * Each such entry is set aside with the reason, so that it is in nobody's way, until it is retried
 * or discarded. Thread-safe.
 *
 * <p>Datasources in the system database itself have no entries: there the transaction is refused.
 */
public final class Outboxes {
  private final dev.dbos.internal.outbox.Outboxes outboxes;

  Outboxes(dev.dbos.internal.outbox.Outboxes outboxes) {
    this.outboxes = outboxes;
  }

  /**
   * How full they are now, one for each datasource that has an outbox.
   *
   * @throws dev.dbos.error.DatabaseUnavailableException when one of them cannot be reached
   */
  public List<OutboxBacklog> backlogs() {
    return outboxes.backlogs().values().stream().map(outbox -> outbox.get()).toList();
  }

  /**
   * The entries of a datasource that were set aside, in their order, at most 1,000.
   *
   * @throws IllegalArgumentException when no registered datasource has the name
   * @throws dev.dbos.error.DatabaseUnavailableException when it cannot be reached
   */
  public List<OutboxEntry> setAside(String datasource) {
    return outboxes.setAside(datasource);
  }

  /**
   * Lets entries be delivered after all, before those that were written after them. They are set
   * aside anew when the system database refuses them again.
   *
   * @return how many of them were set aside
   * @throws IllegalArgumentException when no registered datasource has the name of one of them
   * @throws dev.dbos.error.DatabaseUnavailableException when it cannot be reached
   */
  public int retry(Collection<OutboxEntry> entries) {
    return outboxes.retry(entries);
  }

  /**
   * Deletes entries that were set aside.
   *
   * @return how many of them were
   * @throws IllegalArgumentException when no registered datasource has the name of one of them
   * @throws dev.dbos.error.DatabaseUnavailableException when it cannot be reached
   */
  public int discard(Collection<OutboxEntry> entries) {
    return outboxes.discard(entries);
  }
}
