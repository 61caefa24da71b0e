package dev.dbos.internal.operations;

import dev.dbos.internal.context.DeletedWorkflow;
import dev.dbos.internal.context.StartRow;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The runs of this process: how they end, and what of them has to know at once of a change to
 * workflows that is durable now. That is only about time: without being told, all of it would be
 * noticed a little later.
 */
public interface LocalRuns {
  /** Of a process that runs no workflows. */
  LocalRuns NONE =
      new LocalRuns() {
        @Override
        public Optional<CompletableFuture<Outcome>> outcome(String workflowId) {
          return Optional.empty();
        }

        @Override
        public void makeDurable() {}

        @Override
        public Way makeWay(Collection<String> workflowIds) {
          return () -> {};
        }

        @Override
        public void changed(Collection<String> workflowIds) {}

        @Override
        public void enqueued(String queueName) {}

        @Override
        public void delayed() {}

        @Override
        public boolean forget(Collection<DeletedWorkflow> workflows) {
          return true;
        }

        @Override
        public Duration outputsSettle() {
          return Duration.ZERO;
        }
      };

  /**
   * Completes when a workflow of this process has ended, or exceptionally when this process left
   * it; empty for others.
   */
  Optional<CompletableFuture<Outcome>> outcome(String workflowId);

  /** Makes durable what runs of this process have recorded without waiting. */
  void makeDurable();

  /**
   * Has transactions of these workflows leave the system database where they would keep a change
   * out: on SQLite, where one writer is let in at a time. They are rolled back, and tried again
   * once the way is closed, unless their runs have to stop by then.
   */
  Way makeWay(Collection<String> workflowIds);

  /** Open until a change has been made, or has failed. */
  @FunctionalInterface
  interface Way extends AutoCloseable {
    @Override
    void close();
  }

  /** Has the runs of these workflows, if there are any here, look whether they may go on. */
  void changed(Collection<String> workflowIds);

  /**
   * Puts a workflow into its queue, together with whatever else this process writes just now.
   *
   * @return false when nothing was inserted: because something is in the way, or because this
   *     process writes nothing together
   */
  default boolean enqueue(StartRow row) {
    return false;
  }

  /** Something waits in a queue, or a queue has changed. */
  void enqueued(String queueName);

  /** Something waits until it may be taken out of its queue. */
  void delayed();

  /** Whether workflows of this name may be scheduled; a process that runs none cannot know. */
  default boolean knows(String workflowName) {
    return true;
  }

  /** Schedules were made or changed. */
  default void schedulesChanged() {}

  /**
   * Deletes what known datasources hold of workflows that have been deleted, or are about to be.
   *
   * @return whether nothing is left there
   */
  boolean forget(Collection<DeletedWorkflow> workflows);

  /**
   * How long after the end of a workflow what known datasources hold of it may be needed still: a
   * run that was replaced may be in the middle of a transaction, and the row is what makes its
   * commit fail. Zero where no datasource holds any.
   */
  Duration outputsSettle();
}
