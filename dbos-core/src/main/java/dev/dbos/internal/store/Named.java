package dev.dbos.internal.store;

import dev.dbos.internal.text.StoredName;

/**
 * Something of a workflow that has a name: a topic, the key of an event or of a stream.
 *
 * @param workflowId the workflow
 * @param name the name
 */
public record Named(String workflowId, String name) {
  /**
   * Refuses what no database stores: somebody who waits for it would keep the poller, which asks
   * for all who wait at once, from asking for anybody.
   */
  public Named {
    StoredName.requireCharacters("workflow id", workflowId);
    StoredName.requireCharacters("key or topic", name);
  }
}
