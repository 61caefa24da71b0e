package dev.dbos.internal.watch;

import dev.dbos.internal.store.Named;

/**
 * One thing that may change, named as PostgreSQL's notifications name it. Two things may share a
 * name, since ids and keys may contain the separator: then one is looked at in vain.
 *
 * @param channel what kind of thing
 * @param payload which one
 */
public record Topic(Channel channel, String payload) {
  /** A workflow's row. */
  public static Topic workflow(String workflowId) {
    return new Topic(Channel.WORKFLOWS, workflowId);
  }

  /** A queue: what waits in it, or how it is taken out. */
  public static Topic queue(String queueName) {
    return new Topic(Channel.QUEUES, queueName);
  }

  /** Something of a workflow that has a name. */
  public static Topic of(Channel channel, Named named) {
    return new Topic(channel, named.workflowId() + "::" + named.name());
  }
}
