package dev.dbos.internal.operations;

/** Whether a workflow that is not in the system database is on its way there. */
@FunctionalInterface
public interface Arrival {
  /** Whether to look again: it is on its way, or may have arrived after it was looked for. */
  interface Lookout {
    /**
     * Waits a moment if the workflow is still on its way.
     *
     * @return whether to look again
     * @throws dev.dbos.error.UnknownWorkflowException when it will not come, with the reason
     */
    boolean again(Patience patience);
  }

  /** Of workflows that are there as soon as their handle is, or never. */
  Arrival NONE = () -> patience -> false;

  /** Begins to look out for it. */
  Lookout lookOut();
}
