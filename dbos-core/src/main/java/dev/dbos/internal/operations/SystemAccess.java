package dev.dbos.internal.operations;

import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.watch.Topic;
import dev.dbos.internal.watch.Watcher;
import java.time.InstantSource;
import java.util.Collection;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A system database as operations use it.
 *
 * @param systemDatabase where workflows are stored
 * @param applicationName whose workflows are listed, or null for those of all
 * @param codec how steps and errors were written
 * @param clock what time it is
 * @param watching makes who tells what changed, when it is asked first
 * @param runs what of this process has to know of changes
 * @param times the times it writes
 */
public record SystemAccess(
    SystemDatabase systemDatabase,
    @Nullable String applicationName,
    StepCodec codec,
    InstantSource clock,
    Supplier<Watcher> watching,
    LocalRuns runs,
    Times times) {

  /**
   * The times a process writes.
   *
   * @param sent into messages
   * @param enqueued into rows that wait in queues
   */
  public record Times(RisingTime sent, RisingTime enqueued) {}

  /** Access to a system database. */
  public SystemAccess(
      SystemDatabase systemDatabase,
      @Nullable String applicationName,
      StepCodec codec,
      InstantSource clock,
      Supplier<Watcher> watching,
      LocalRuns runs) {
    this(
        systemDatabase,
        applicationName,
        codec,
        clock,
        watching,
        runs,
        new Times(new RisingTime(clock), new RisingTime(clock)));
  }

  /** Tells what changed. */
  public Watcher watcher() {
    return watching.get();
  }

  /** How workflows stand has been changed: tells their runs, and whoever waits for them. */
  void changed(Collection<String> workflowIds) {
    runs.changed(workflowIds);
    workflowIds.forEach(id -> watcher().changed(Topic.workflow(id)));
  }

  /**
   * Something has been put into a queue: tells whoever takes work out of it, here and elsewhere.
   */
  public void enqueued(String queueName) {
    runs.enqueued(queueName);
    watcher().changed(Topic.queue(queueName));
  }

  /** A workflow has been put into a queue; one that is delayed wakes nobody yet. */
  public void enqueued(StartRow.Queued queued) {
    if (queued.delayUntilMillis() == null) {
      enqueued(queued.queueName());
    } else {
      runs.delayed();
    }
  }

  /** Whether the steps of this run are recorded in this system database. */
  boolean isOf(WorkflowScope scope) {
    return scope.recordsIn(systemDatabase.database(), systemDatabase.schema());
  }

  /**
   * The application, for an operation that is always about one.
   *
   * @throws IllegalStateException when this is access to the workflows of all
   */
  String requireApplicationName(String operation) {
    if (applicationName == null) {
      throw new IllegalStateException(
          operation
              + " is about the versions of one application, and this client is for the workflows of"
              + " all. Give it the application's name when it is built.");
    }
    return applicationName;
  }
}
