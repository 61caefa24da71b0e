package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * A value could not be turned into JSON, or stored JSON could not be turned into a value. The
 * message names the offending type and how to make it storable.
 */
public final class SerializationException extends DbosException {
  private static final long serialVersionUID = 1L;

  /** Creates one that says {@code message}. */
  public SerializationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
