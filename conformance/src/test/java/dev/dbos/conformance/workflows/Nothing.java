package dev.dbos.conformance.workflows;

import org.jspecify.annotations.Nullable;

/** What a workflow without an output returns. */
final class Nothing {
  private Nothing() {}

  @SuppressWarnings("NullAway") // the one value of Void is null
  static <O extends @Nullable Object> O nothing() {
    return null;
  }
}
