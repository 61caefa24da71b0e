package dev.dbos.observe;

/** What a listener is told of. */
public sealed interface Operation {
  /** The id of the workflow it belongs to, or is. */
  String workflowId();

  /** Its name. */
  String name();

  /**
   * A run of a workflow.
   *
   * @param workflowId the workflow's id
   * @param name the workflow's name
   * @param recovered whether it goes on with what an earlier run left unfinished
   */
  record Workflow(String workflowId, String name, boolean recovered) implements Operation {}

  /**
   * A plain step, with all its attempts.
   *
   * @param workflowId the workflow it belongs to
   * @param name the step's name
   * @param stepId its position
   */
  record Step(String workflowId, String name, int stepId) implements Operation {}

  /**
   * A transaction that is a step, with all its attempts.
   *
   * @param workflowId the workflow it belongs to
   * @param name the transaction's name
   * @param stepId its position
   * @param datasource the name of its datasource
   */
  record Transaction(String workflowId, String name, int stepId, String datasource)
      implements Operation {}
}
