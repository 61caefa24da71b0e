package dev.dbos.internal.context;

import dev.dbos.observe.Operation;
import java.util.function.IntFunction;

/**
 * The place of a step in the sequence of its workflow, taken by the call that begins it.
 *
 * @param scope the run it is a step of
 * @param stepId its position
 * @param observed who follows it
 */
public record Place(WorkflowScope scope, int stepId, Observed observed) {
  /** Takes the next one, on the thread that asks for the step. */
  public static Place take(WorkflowScope scope, IntFunction<Operation> operation) {
    int stepId = scope.takeStepId();
    Observers observers = scope.observers();
    return new Place(
        scope,
        stepId,
        observers.isEmpty() ? Observed.NOBODY : observers.asked(operation.apply(stepId)));
  }
}
