package dev.dbos.workflow;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How a workflow is started; by default with a random id. */
public final class StartOptions {
  /** A random id. */
  public static final StartOptions DEFAULT = new StartOptions(null);

  private final @Nullable String id;

  private StartOptions(@Nullable String id) {
    this.id = id;
  }

  /**
   * Starts under this id. Starting twice with one id is the same run: the second start returns a
   * handle on the first and ignores its input.
   *
   * @throws IllegalArgumentException when {@code id} is blank
   */
  public static StartOptions id(String id) {
    return DEFAULT.withId(id);
  }

  /** The same with this id; see {@link #id(String)}. */
  public StartOptions withId(String workflowId) {
    if (workflowId.isBlank()) {
      throw new IllegalArgumentException("A workflow id must not be blank.");
    }
    return new StartOptions(workflowId);
  }

  /** The chosen id, or empty for a random one. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }
}
