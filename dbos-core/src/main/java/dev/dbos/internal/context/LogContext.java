package dev.dbos.internal.context;

import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * What the log lines of a thread say of the workflow and step it is in, and what they said before.
 *
 * @param workflowId the workflow, or null
 * @param step the step or transaction, or null
 */
record LogContext(@Nullable String workflowId, @Nullable String step) {
  static final String WORKFLOW_ID = "dbos.workflow_id";
  static final String STEP = "dbos.step";

  private static final LogContext NOTHING = new LogContext(null, null);

  /** Has the lines say what this thread is inside of; returns what they said. */
  static LogContext enter(@Nullable Ambient ambient) {
    LogContext outside = new LogContext(MDC.get(WORKFLOW_ID), MDC.get(STEP));
    of(ambient).restore();
    return outside;
  }

  private static LogContext of(@Nullable Ambient ambient) {
    return switch (ambient) {
      case Ambient.InWorkflow workflow -> new LogContext(workflow.scope().workflowId(), null);
      case Ambient.InStep step -> new LogContext(step.scope().workflowId(), step.stepName());
      // One that is a step says so itself; a nested one belongs to the step around it.
      case Ambient.InTransaction transaction -> of(transaction.outer());
      case null -> NOTHING;
    };
  }

  /** Has the lines say this. */
  void restore() {
    put(WORKFLOW_ID, workflowId);
    put(STEP, step);
  }

  private static void put(String key, @Nullable String value) {
    if (value == null) {
      MDC.remove(key);
    } else {
      MDC.put(key, value);
    }
  }
}
