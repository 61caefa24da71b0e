package dev.dbos;

import dev.dbos.internal.operations.Archiving;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.workflow.Reach;
import java.util.Collection;
import java.util.List;

/**
 * Workflows as text, to be kept or put into another system database, of whatever product: JSON in a
 * form that is described in {@code docs/archives.md} and has a version. {@link Workflows#archives}
 * leads here. Thread-safe.
 */
public final class Archives {
  private final Archiving archiving;

  Archives(SystemAccess access) {
    this.archiving = new Archiving(access);
  }

  /** Exports a workflow without what it has started; see {@link #export(Collection, Reach)}. */
  public String export(String workflowId) {
    return export(List.of(workflowId), Reach.ONLY_THESE);
  }

  /**
   * Exports workflows with everything that is stored of them: input and outcome, steps, events and
   * their history, streams, messages. All is of one moment, also when they are running. What they
   * have left in databases of the application stays there. Nothing is changed.
   *
   * <p>Inside a workflow the text is recorded as a step.
   *
   * @return a JSON document
   * @throws dev.dbos.error.UnknownWorkflowException naming all that do not exist
   * @throws IllegalStateException inside a transaction
   */
  public String export(Collection<String> workflowIds, Reach reach) {
    return archiving.export(workflowIds, reach);
  }

  /**
   * Puts all workflows of an export into this system database, or none. They keep their ids, times
   * and applications. One that was running goes on here, after its last recorded step: it waits in
   * its queue, or in the one that every process serves, for a process of its application and
   * version. So do not import a copy of what still runs elsewhere.
   *
   * <p>Inside a workflow it is a step that commits together with the rows.
   *
   * @return the ids, in the order of the export
   * @throws dev.dbos.error.SerializationException when the text is no export, or of a version that
   *     this one cannot read
   * @throws dev.dbos.error.WorkflowConflictException when one of the ids is there already, or a
   *     deduplication id in its queue is taken
   * @throws IllegalStateException inside a transaction
   */
  public List<String> importAll(String exported) {
    return archiving.importAll(exported);
  }
}
