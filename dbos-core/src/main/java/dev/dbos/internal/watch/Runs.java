package dev.dbos.internal.watch;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The runs of this process. */
public interface Runs {
  /** Of a process that runs nothing. */
  Runs NONE =
      new Runs() {
        @Override
        public Collection<? extends WatchedRun> active() {
          return List.of();
        }

        @Override
        public Optional<? extends WatchedRun> active(String workflowId) {
          return Optional.empty();
        }

        @Override
        public void enqueued(String queueName) {}
      };

  /** Those that have not ended. */
  Collection<? extends WatchedRun> active();

  /** The one of a workflow. */
  Optional<? extends WatchedRun> active(String workflowId);

  /** Something waits in a queue, or a queue has changed. */
  void enqueued(String queueName);

  /** Whether work is taken out of queues here that other processes may put something into. */
  default boolean servesQueues() {
    return false;
  }

  /** Something has been written to the database, by whatever process; told on SQLite alone. */
  default void written() {}
}
