package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import java.util.Objects;

/**
 * What becomes of a workflow whose queue holds another one with the same deduplication id. A
 * workflow holds its id from when it is put into the queue until it ends, is cancelled or resumed.
 *
 * @param id unique in its queue
 * @param policy what becomes of the second one
 */
public record Deduplication(String id, Policy policy) {
  /** What becomes of the second one. */
  public enum Policy {
    /** It is refused: {@link dev.dbos.error.QueueDeduplicatedException}. */
    REJECT,
    /** It is not started; the caller gets a handle on the one that holds the id. */
    RETURN_EXISTING
  }

  /** Checks that the id is not blank. */
  public Deduplication {
    Objects.requireNonNull(policy, "policy");
    if (id.isBlank()) {
      throw new IllegalArgumentException("A deduplication id must not be blank.");
    }
    StoredName.require("deduplication id", id);
  }
}
