package dev.dbos.serialization;

import dev.dbos.error.SerializationException;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/** Turns what Jackson throws into the one exception of this package. */
final class Failures {

  private Failures() {}

  static SerializationException of(String what, Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SerializationException ours) {
        return ours;
      }
    }
    return new SerializationException(what + ": " + reason(failure), failure);
  }

  private static @Nullable String reason(Throwable failure) {
    if (failure instanceof JacksonException jackson) {
      return jackson.getOriginalMessage();
    }
    return failure instanceof StackOverflowError ? "nested too deeply" : failure.getMessage();
  }
}
