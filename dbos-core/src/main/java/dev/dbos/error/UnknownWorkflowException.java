package dev.dbos.error;

import java.util.Collection;

/** No workflow has this id in the system database: it was never started, or it was deleted. */
public final class UnknownWorkflowException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  /** Creates one that says {@code message}. */
  public UnknownWorkflowException(String message, String workflowId) {
    super(message, null);
    this.workflowId = workflowId;
  }

  /** Creates one that names all of {@code workflowIds}, which are not empty. */
  public static UnknownWorkflowException of(Collection<String> workflowIds) {
    String which =
        workflowIds.size() == 1 ? "is no workflow with id " : "are no workflows with the ids ";
    return new UnknownWorkflowException(
        "There " + which + String.join(", ", workflowIds) + " in the system database.",
        workflowIds.iterator().next());
  }

  /** The id of the workflow; of the first when several are unknown. */
  public String workflowId() {
    return workflowId;
  }
}
