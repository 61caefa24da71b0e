package dev.dbos.internal.watch;

import dev.dbos.internal.store.Named;
import dev.dbos.internal.store.StreamStore.Place;

/** What somebody waits for. */
public sealed interface Condition {
  /** A workflow does not go on: it ended, was cancelled or set aside, or has no row. */
  record Ended(String workflowId) implements Condition {
    @Override
    public Topic topic() {
      return Topic.workflow(workflowId);
    }
  }

  /** A workflow will never go on: it returned or threw, or has no row. */
  record Final(String workflowId) implements Condition {
    @Override
    public Topic topic() {
      return Topic.workflow(workflowId);
    }
  }

  /** A workflow has a message on a topic that it did not receive yet. */
  record Message(Named address) implements Condition {
    @Override
    public Topic topic() {
      return Topic.of(Channel.MESSAGES, address);
    }
  }

  /** An event has been set. */
  record Event(Named event) implements Condition {
    @Override
    public Topic topic() {
      return Topic.of(Channel.EVENTS, event);
    }
  }

  /** A stream has an entry at an offset. */
  record Entry(Place place) implements Condition {
    @Override
    public Topic topic() {
      return Topic.of(Channel.STREAMS, place.stream());
    }
  }

  /** What changes when it is fulfilled. */
  Topic topic();
}
