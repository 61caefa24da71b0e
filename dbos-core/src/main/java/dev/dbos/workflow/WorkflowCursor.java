package dev.dbos.workflow;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A place in a listing of workflows: just after this one. It stays valid whatever is started or
 * deleted meanwhile, the workflow itself included.
 *
 * @param createdAt when the workflow at this place was created
 * @param workflowId its id
 */
public record WorkflowCursor(Instant createdAt, String workflowId) {

  /**
   * The cursor with this {@link #text()}.
   *
   * @throws IllegalArgumentException when it is the text of none
   */
  public static WorkflowCursor of(String text) {
    int colon = text.indexOf(':');
    try {
      if (colon > 0) {
        Instant createdAt = Instant.ofEpochMilli(Long.parseLong(text.substring(0, colon)));
        return new WorkflowCursor(createdAt, text.substring(colon + 1));
      }
    } catch (NumberFormatException notOurs) {
      throw noCursor(text, notOurs);
    }
    throw noCursor(text, null);
  }

  private static IllegalArgumentException noCursor(String text, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "\""
            + text
            + "\" is no cursor of a listing. Use the text() of one that a listing returned.",
        cause);
  }

  /** The cursor as text, to be handed to {@link #of} later or elsewhere. */
  public String text() {
    return createdAt.toEpochMilli() + ":" + workflowId;
  }

  @Override
  public String toString() {
    return text();
  }
}
