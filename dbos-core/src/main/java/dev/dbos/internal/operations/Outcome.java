package dev.dbos.internal.operations;

import dev.dbos.error.AttemptsExhaustedException;
import dev.dbos.error.StepFailedException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.error.WorkflowCancelledException;
import dev.dbos.error.WorkflowFailedException;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.serialization.ErrorCodec;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.WorkflowState;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How a workflow ended, as a caller that waits for it gets to see it. */
public sealed interface Outcome {
  /** It ended here and now, with this very value. */
  record Returned(@Nullable Object value) implements Outcome {}

  /** It ended here and now, with this very exception. */
  record Threw(Throwable failure) implements Outcome {}

  /** It ended as the system database says. */
  record Stored(
      WorkflowState state, Payload payload, long attempts, @Nullable Instant passedDeadline)
      implements Outcome {}

  /** It has no row any more. */
  record Missing() implements Outcome {}

  /** The outcome that a terminal row stands for. */
  static Outcome of(WorkflowStatus row) {
    Instant passedDeadline =
        row.deadline()
            .filter(deadline -> !deadline.isAfter(row.completedAt().orElse(Instant.MIN)))
            .orElse(null);
    return new Stored(row.state(), row.outcome(), row.attempts(), passedDeadline);
  }

  /** The output by its declared type, or the exception that says why there is none. */
  @SuppressWarnings("unchecked") // stored by the same declared type
  default <O> @Nullable O get(String workflowId, Type type, ErrorCodec errors) {
    return switch (this) {
      case Returned returned -> (O) returned.value();
      case Threw threw -> throw failed(workflowId, threw.failure());
      case Stored stored -> (O) stored(workflowId, stored, type, errors);
      case Missing missing ->
          throw new UnknownWorkflowException(
              "There is no workflow with id "
                  + workflowId
                  + " in the system database: it was never started, or it was deleted.",
              workflowId);
    };
  }

  private static @Nullable Object stored(
      String workflowId, Stored stored, Type type, ErrorCodec errors) {
    Payload payload = stored.payload();
    return switch (stored.state()) {
      case SUCCESS ->
          isOurs(payload)
              ? PortableValues.read(payload.outputText(), type)
              : PortableJson.decode(payload, "The output of workflow " + workflowId, type);
      case ERROR -> throw failed(workflowId, error(workflowId, payload, errors));
      case CANCELLED ->
          throw new WorkflowCancelledException(
              "Workflow " + workflowId + " was cancelled" + reason(stored) + ".", workflowId);
      case MAX_RECOVERY_ATTEMPTS_EXCEEDED ->
          throw new AttemptsExhaustedException(
              "Workflow "
                  + workflowId
                  + " was set aside after "
                  + stored.attempts()
                  + " attempts that did not end. Find out what interrupted them, and resume it.",
              workflowId,
              stored.attempts());
      case PENDING, ENQUEUED, DELAYED, UNKNOWN ->
          throw new IllegalStateException("Workflow " + workflowId + " has not ended.");
    };
  }

  /** What does not say how it was written is taken for what this library writes. */
  private static boolean isOurs(Payload payload) {
    return payload.format() == null || payload.format().equals(PortableJson.PORTABLE_JSON);
  }

  private static Throwable error(String workflowId, Payload payload, ErrorCodec errors) {
    String text = payload.errorText() == null ? "{}" : payload.errorText();
    return isOurs(payload)
        ? errors.decode(text)
        : new StepFailedException(
            "The error of workflow "
                + workflowId
                + " is stored in format "
                + payload.format()
                + ", which only its writer can read: "
                + text,
            "unknown",
            null);
  }

  private static String reason(Stored stored) {
    return stored.passedDeadline() == null
        ? ""
        : ": its deadline, " + stored.passedDeadline() + ", has passed";
  }

  private static WorkflowFailedException failed(String workflowId, Throwable failure) {
    return new WorkflowFailedException(
        "Workflow " + workflowId + " ended in an error: " + failure, workflowId, failure);
  }
}
