package dev.dbos.error;

/**
 * A workflow was replayed and asked for another step than the one recorded at that position: its
 * code is not deterministic or was changed while the workflow was under way.
 */
public final class UnexpectedStepException extends DbosException {
  private static final long serialVersionUID = 1L;

  private final String workflowId;

  private final int stepId;

  private final String expectedName;

  private final String recordedName;

  /** Creates one that says {@code message}. */
  public UnexpectedStepException(
      String message, String workflowId, int stepId, String expectedName, String recordedName) {
    super(message, null);
    this.workflowId = workflowId;
    this.stepId = stepId;
    this.expectedName = expectedName;
    this.recordedName = recordedName;
  }

  /** Says which step was asked for where another one is recorded. */
  public static UnexpectedStepException at(
      String workflowId, int stepId, String expectedName, String recordedName) {
    return new UnexpectedStepException(
        "Workflow "
            + workflowId
            + " asked for step "
            + stepId
            + " \""
            + expectedName
            + "\", but an earlier run recorded \""
            + recordedName
            + "\" there. A workflow must begin the same steps in the same order each time: check that"
            + " it does not depend on time, randomness or changed code outside steps.",
        workflowId,
        stepId,
        expectedName,
        recordedName);
  }

  /** The id of the workflow. */
  public String workflowId() {
    return workflowId;
  }

  /** The position, from 0, in the order in which steps were begun. */
  public int stepId() {
    return stepId;
  }

  /** The name the running code asked for. */
  public String expectedName() {
    return expectedName;
  }

  /** The name recorded by the earlier run. */
  public String recordedName() {
    return recordedName;
  }
}
