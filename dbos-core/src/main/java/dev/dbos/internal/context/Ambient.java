package dev.dbos.internal.context;

import java.sql.Connection;
import org.jspecify.annotations.Nullable;

/** What the current thread is inside of; nothing when {@link #current()} is null. */
public sealed interface Ambient {
  /** The body of a workflow, between its steps. */
  record InWorkflow(WorkflowScope scope) implements Ambient {}

  /**
   * The body of a step of a workflow.
   *
   * @param scope the run
   * @param stepName the step's name
   * @param stepId the step's position
   */
  record InStep(WorkflowScope scope, String stepName, int stepId) implements Ambient {}

  /**
   * The body of a transaction.
   *
   * @param owner the datasource it belongs to, compared by identity
   * @param datasourceName its name
   * @param transactionName the transaction's name
   * @param connection what the body works on
   * @param outer what the transaction was called in, or null
   * @param atCommit what is to be done around its commit, or null when it only reads
   * @param depth 0 for the transaction itself, then one more for each savepoint
   */
  record InTransaction(
      Object owner,
      String datasourceName,
      String transactionName,
      Connection connection,
      @Nullable Ambient outer,
      @Nullable AtCommit atCommit,
      int depth)
      implements Ambient {}

  /** What the current thread is inside of, or null. */
  static @Nullable Ambient current() {
    return Slot.CURRENT.get();
  }

  /** Runs {@code body} as if inside {@code ambient}; null for outside everything. */
  static <R extends @Nullable Object, X extends Exception> R call(
      @Nullable Ambient ambient, Body<R, X> body) throws X {
    Ambient before = Slot.CURRENT.get();
    Slot.set(ambient);
    LogContext outside = LogContext.enter(ambient);
    try {
      return body.run();
    } finally {
      outside.restore();
      Slot.set(before);
    }
  }

  /** Something to run inside an ambient. */
  @FunctionalInterface
  interface Body<R extends @Nullable Object, X extends Exception> {
    /** Runs it. */
    R run() throws X;
  }

  /** Holds the thread's ambient. */
  final class Slot {
    private static final ThreadLocal<@Nullable Ambient> CURRENT = new ThreadLocal<>();

    private Slot() {}

    private static void set(@Nullable Ambient ambient) {
      if (ambient == null) {
        CURRENT.remove();
      } else {
        CURRENT.set(ambient);
      }
    }
  }
}
