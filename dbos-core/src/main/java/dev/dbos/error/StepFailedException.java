package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * Stands in for an exception of a step, transaction or workflow that could not be rebuilt from its
 * record: its class is not trusted or has no constructor that restores it. It is thrown on the
 * first run as well as on replay, so that a {@code catch} block always meets the same type.
 */
public final class StepFailedException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String originalType;

  /** Creates one that says {@code message}. */
  public StepFailedException(String message, String originalType, @Nullable Throwable cause) {
    super(message, cause);
    this.originalType = originalType;
  }

  /** The class name of the exception that was thrown. */
  public String originalType() {
    return originalType;
  }
}
