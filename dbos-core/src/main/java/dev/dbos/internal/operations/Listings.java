package dev.dbos.internal.operations;

import dev.dbos.internal.store.StepListing;
import dev.dbos.internal.store.WorkflowListing;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StepAggregate;
import dev.dbos.workflow.StepAggregation;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowAggregate;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowPage;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What can be seen of workflows and their steps. What a workflow gets to see is recorded as a step
 * of its own, since it may look different on replay.
 */
public final class Listings {
  private static final Type STATUSES = new TypeRef<List<WorkflowStatus>>() {}.type();
  private static final Type STEPS = new TypeRef<List<StepStatus>>() {}.type();
  private static final Type AGGREGATES = new TypeRef<List<WorkflowAggregate>>() {}.type();
  private static final Type STEP_AGGREGATES = new TypeRef<List<StepAggregate>>() {}.type();

  private final SystemAccess access;

  /** Looks into the system database of {@code access}. */
  public Listings(SystemAccess access) {
    this.access = access;
  }

  private WorkflowListing workflows() {
    return new WorkflowListing(access.systemDatabase(), access.applicationName());
  }

  private StepListing steps() {
    return new StepListing(access.systemDatabase(), access.applicationName());
  }

  /** One workflow, of whatever application, or null. */
  public @Nullable WorkflowStatus status(String workflowId) {
    return Recorded.<@Nullable WorkflowStatus>call(
        "Workflows.status",
        "DBOS.getWorkflowStatus",
        WorkflowStatus.class,
        () ->
            access
                .systemDatabase()
                .readPayloads(
                    dsl -> WorkflowStore.find(dsl, workflowId), WorkflowStore::lacksPayload)
                .orElse(null));
  }

  /** The first workflows that a query asks for. */
  public List<WorkflowStatus> list(WorkflowQuery query) {
    return Recorded.call(
        "Workflows.list", "DBOS.listWorkflows", STATUSES, () -> workflows().list(query));
  }

  /** Likewise, and how to go on. */
  public WorkflowPage page(WorkflowQuery query) {
    WorkflowQuery oneMore =
        query.limit() == Integer.MAX_VALUE ? query : query.withLimit(query.limit() + 1);
    List<WorkflowStatus> found = list(oneMore);
    if (found.size() <= query.limit()) {
      return new WorkflowPage(found, null);
    }
    List<WorkflowStatus> page = found.subList(0, query.limit());
    return new WorkflowPage(page, query.after(page.getLast().cursor()));
  }

  /** How many workflows a query asks for. */
  public long count(WorkflowQuery query) {
    return Recorded.call(
        "Workflows.count", "DBOS.countWorkflows", Long.class, () -> workflows().count(query));
  }

  /** The groups of the workflows that a query asks for. */
  public List<WorkflowAggregate> aggregate(WorkflowQuery query, WorkflowAggregation grouping) {
    return Recorded.call(
        "Workflows.aggregate",
        "DBOS.getWorkflowAggregates",
        AGGREGATES,
        () -> workflows().aggregate(query, grouping));
  }

  /** Steps of one workflow. */
  public List<StepStatus> steps(String workflowId, StepQuery query) {
    return Recorded.call(
        "Workflows.steps", "DBOS.listWorkflowSteps", STEPS, () -> steps().list(workflowId, query));
  }

  /** The groups of the steps that a query asks for. */
  public List<StepAggregate> aggregate(StepQuery query, StepAggregation grouping) {
    return Recorded.call(
        "Workflows.aggregate",
        "DBOS.getStepAggregates",
        STEP_AGGREGATES,
        () -> steps().aggregate(query, grouping));
  }
}
