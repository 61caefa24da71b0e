package dev.dbos.testing;

/** A piece of a test, which may throw whatever it likes. */
@FunctionalInterface
public interface ThrowingRunnable {
  /**
   * Runs the piece.
   *
   * @throws Exception whatever the piece throws
   */
  void run() throws Exception;
}
