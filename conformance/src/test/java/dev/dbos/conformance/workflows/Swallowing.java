package dev.dbos.conformance.workflows;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A workflow body that catches more than it should. */
final class Swallowing {
  private Swallowing() {}

  /** Runs code and hides whatever it throws. */
  @SuppressWarnings("EmptyCatch") // the fault that a test is about
  static void everything(ThrowingCallable code) {
    try {
      code.call();
    } catch (Throwable swallowed) {
      // As careless user code does.
    }
  }
}
