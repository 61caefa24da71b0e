package dev.dbos.observe;

/** One operation, as a listener follows it. */
public interface Observation {
  /** Follows nothing. */
  Observation NONE = new Observation() {};

  /**
   * It begins, on the thread that performs it.
   *
   * @return closed on the same thread, when its body is left
   */
  default Scope begun() {
    return Scope.NONE;
  }

  /** It has ended; told once, after {@link #begun()}, as the last. */
  default void ended(Ending ending) {}

  /** What surrounds the body of an operation on its thread. */
  interface Scope extends AutoCloseable {
    /** Surrounds nothing. */
    Scope NONE = () -> {};

    /** The body is left. */
    @Override
    void close();
  }
}
