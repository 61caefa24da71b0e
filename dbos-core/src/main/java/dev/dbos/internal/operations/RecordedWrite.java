package dev.dbos.internal.operations;

import dev.dbos.error.DbosException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.serialization.Payload;
import java.lang.reflect.Type;
import java.util.Optional;
import java.util.function.Function;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A change to system tables which, when a workflow makes it, is a step of that workflow and commits
 * together with the record of the step: so it happens exactly once. In another system database than
 * the workflow's own it happens at least once. Elsewhere it is a transaction.
 */
final class RecordedWrite {
  private RecordedWrite() {}

  /**
   * Makes the change as the ambient of this thread asks for.
   *
   * @param operation what the caller called, for messages: {@code DBOS.cancel}
   * @param stepName under which it is recorded: {@code DBOS.cancelWorkflow}
   * @param type what its result is read back as
   * @param change refuses by throwing before it has written anything; perhaps run several times
   *     before one of them counts
   * @throws IllegalStateException inside a transaction
   */
  static <R extends @Nullable Object> R call(
      SystemAccess access,
      String operation,
      String stepName,
      Type type,
      Function<DSLContext, R> change) {
    return switch (Ambient.current()) {
      case Ambient.InWorkflow workflow ->
          access.isOf(workflow.scope())
              ? inWorkflow(workflow.scope(), stepName, type, change)
              : Recorded.inWorkflow(
                  workflow.scope(), stepName, type, () -> access.systemDatabase().write(change));
      case Ambient.InTransaction transaction -> throw Recorded.refusedIn(transaction, operation);
      case Ambient.InStep step ->
          Recorded.patiently(step.scope(), () -> access.systemDatabase().write(change));
      case null -> access.systemDatabase().write(change);
    };
  }

  private static <R extends @Nullable Object> R inWorkflow(
      WorkflowScope scope, String stepName, Type type, Function<DSLContext, R> change) {
    int stepId = scope.takeStepId();
    Optional<Payload> earlier = scope.recorded(stepId, stepName);
    Payload counts =
        earlier.isPresent()
            ? earlier.get()
            : scope.recordWith(stepId, stepName, dsl -> result(scope, dsl, change));
    return Recorded.replay(scope, counts, type);
  }

  /** A refusal is the step's result, too, so that a replay is refused as well. */
  private static <R extends @Nullable Object> Payload result(
      WorkflowScope scope, DSLContext dsl, Function<DSLContext, R> change) {
    try {
      return scope.codec().portableOutput(change.apply(dsl));
    } catch (DbosException | IllegalArgumentException refused) {
      if (SqlFailure.of(refused).isRetryable()) {
        throw refused;
      }
      return scope.codec().error(refused);
    }
  }
}
