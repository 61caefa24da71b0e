package dev.dbos.observe;

/**
 * Is told what workflows, steps and transactions do; given to {@code DbosBuilder.listener}.
 *
 * <p>Called on the threads that do the work, by many at once, so its methods must be quick and
 * thread-safe. What they throw is logged once and otherwise ignored. What is only replayed is not
 * told, since nothing happens; nor are transactions outside workflows and inside plain steps.
 */
public interface DbosListener {
  /**
   * A runtime was launched; {@code vitals} can be asked until {@link #closed(Vitals)}. Workflows it
   * recovers may have been told of before.
   */
  default void launched(Vitals vitals) {}

  /** The runtime is about to close its connections. */
  default void closed(Vitals vitals) {}

  /**
   * An operation is asked for, on the thread that asks for it. That may be another one than the one
   * that performs it; what surrounds it, a trace for instance, is known only here.
   *
   * @return who is told the rest; nothing more may follow when the result turns out to be recorded
   *     already, or another process to run the workflow
   */
  default Observation asked(Operation operation) {
    return Observation.NONE;
  }

  /** Something happened that is worth counting. */
  default void happened(Occurrence occurrence) {}
}
