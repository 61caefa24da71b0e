package dev.dbos.error;

/**
 * A workflow was not put into its queue, because another one there has its deduplication id. The
 * other one is untouched; enqueue again when it has ended, or ask for a handle on it with the
 * policy {@code RETURN_EXISTING}.
 */
public final class QueueDeduplicatedException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;
  private final String queueName;
  private final String deduplicationId;

  /** Creates one about the workflow that was refused. */
  public QueueDeduplicatedException(String workflowId, String queueName, String deduplicationId) {
    super(
        "Workflow "
            + workflowId
            + " was deduplicated due to an existing workflow in queue "
            + queueName
            + " with deduplication ID "
            + deduplicationId
            + ".",
        null);
    this.workflowId = workflowId;
    this.queueName = queueName;
    this.deduplicationId = deduplicationId;
  }

  /** The id of the workflow that was refused. */
  public String workflowId() {
    return workflowId;
  }

  /** The queue. */
  public String queueName() {
    return queueName;
  }

  /** The id that both have. */
  public String deduplicationId() {
    return deduplicationId;
  }
}
