package dev.dbos.error;

import org.jspecify.annotations.Nullable;

/**
 * A setting, URL, name or registration is wrong; the program has to be changed before it can start.
 */
public final class ConfigurationException extends DbosException {
  private static final long serialVersionUID = 1L;

  /** Creates one that says {@code message}. */
  public ConfigurationException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
