package dev.dbos.internal.operations;

import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowState;
import java.util.Optional;
import org.jooq.DSLContext;

/**
 * What a workflow writes for itself: from its body as a recorded step, exactly once; from a step as
 * part of that, once for each attempt. In both cases only as long as the run owns the workflow.
 */
final class Own {
  private final SystemAccess access;
  private final WorkflowScope scope;
  private final int outerStep;

  private Own(SystemAccess access, WorkflowScope scope, int outerStep) {
    this.access = access;
    this.scope = scope;
    this.outerStep = outerStep;
  }

  /** Writes in a transaction, for the step with an id. */
  @FunctionalInterface
  interface Write {
    /** Does it, and returns the step's result. */
    Payload apply(DSLContext dsl, int stepId);
  }

  /**
   * The workflow whose body or step this thread is in.
   *
   * @throws IllegalStateException when it is in neither
   */
  static Own of(String operation, SystemAccess access) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow -> new Own(access, workflow.scope(), -1);
      case Ambient.InStep step -> new Own(access, step.scope(), step.stepId());
      case Ambient.InTransaction transaction -> throw Recorded.refusedIn(transaction, operation);
      case null ->
          throw new IllegalStateException(
              operation + " works only inside a workflow; this thread is not running one.");
    };
  }

  String workflowId() {
    return scope.workflowId();
  }

  /** Writes; throws what the step's result says. */
  void write(String stepName, Write write) {
    Payload counts = outerStep < 0 ? asStep(stepName, write) : inStep(write);
    scope.codec().<Object, RuntimeException>replay(counts);
  }

  private Payload asStep(String stepName, Write write) {
    int stepId = scope.takeStepId();
    Optional<Payload> earlier = scope.recorded(stepId, stepName);
    return earlier.orElseGet(
        () -> scope.recordWith(stepId, stepName, dsl -> write.apply(dsl, stepId)));
  }

  private Payload inStep(Write write) {
    Optional<Payload> written =
        Recorded.patiently(
            scope,
            () ->
                access
                    .systemDatabase()
                    .write(
                        dsl ->
                            WorkflowStore.lockStanding(dsl, scope.workflowId())
                                .filter(this::isOurs)
                                .map(standing -> write.apply(dsl, outerStep))));
    return written.orElseGet(
        () -> {
          scope.checkOwnership();
          throw scope.leave();
        });
  }

  private boolean isOurs(Standing standing) {
    return scope.runToken().equals(standing.owner())
        && standing.state().equals(WorkflowState.PENDING.name());
  }
}
