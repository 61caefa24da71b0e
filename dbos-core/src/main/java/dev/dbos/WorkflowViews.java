package dev.dbos;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Listings;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StepAggregate;
import dev.dbos.workflow.StepAggregation;
import dev.dbos.workflow.StepQuery;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowAggregate;
import dev.dbos.workflow.WorkflowAggregation;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowPage;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The workflows of a system database, to be seen, wherever they run. Thread-safe. */
public abstract sealed class WorkflowViews permits WorkflowTalk {
  private final SystemAccess access;
  private final Listings listings;

  WorkflowViews(SystemAccess access) {
    this.access = access;
    this.listings = new Listings(access);
  }

  /**
   * A handle on a workflow started earlier, here or elsewhere.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public <O extends @Nullable Object> WorkflowHandle<O> retrieve(
      String workflowId, Class<O> outputType) {
    return handle(workflowId, outputType);
  }

  /**
   * A handle on a workflow with a generic output.
   *
   * @throws UnknownWorkflowException when there is none with this id
   */
  public <O extends @Nullable Object> WorkflowHandle<O> retrieve(
      String workflowId, TypeRef<O> outputType) {
    return handle(workflowId, outputType.type());
  }

  private <O extends @Nullable Object> WorkflowHandle<O> handle(
      String workflowId, Type outputType) {
    StoredHandle<O> handle = new StoredHandle<>(access, workflowId, outputType);
    handle.status();
    return handle;
  }

  /**
   * How a workflow of any application stands, or empty when there is none with this id; with its
   * input and outcome. Inside a workflow, like everything seen below, it is recorded as a step, so
   * that a replay sees the same; inside a transaction it is refused.
   */
  public Optional<WorkflowStatus> status(String workflowId) {
    return Optional.ofNullable(listings.status(workflowId));
  }

  /** The first workflows that {@code query} asks for, at most as many as its limit. */
  public List<WorkflowStatus> list(WorkflowQuery query) {
    return listings.list(query);
  }

  /** The first workflows that {@code query} asks for, and how to go on with those behind them. */
  public WorkflowPage page(WorkflowQuery query) {
    return listings.page(query);
  }

  /** How many workflows {@code query} asks for, whatever its limit and place. */
  public long count(WorkflowQuery query) {
    return listings.count(query);
  }

  /**
   * How many workflows that {@code query} asks for are alike, when the first was created, how long
   * they waited and took at most; by period first, then by property, whatever the query's limit and
   * place.
   */
  public List<WorkflowAggregate> aggregate(WorkflowQuery query, WorkflowAggregation grouping) {
    return listings.aggregate(query, grouping);
  }

  /**
   * The recorded steps of a workflow, transactions and child workflows included, in the order in
   * which they were begun, with what they returned. One that ended a moment ago in a datasource may
   * be missing yet.
   */
  public List<StepStatus> steps(String workflowId) {
    return steps(workflowId, StepQuery.all().withOutputs());
  }

  /** The recorded steps of a workflow that {@code query} asks for. */
  public List<StepStatus> steps(String workflowId, StepQuery query) {
    return listings.steps(workflowId, query);
  }

  /**
   * How many steps of all workflows that {@code query} asks for are alike, and how long they took
   * at most; by period first, then by property, whatever the query's limit and place.
   */
  public List<StepAggregate> aggregate(StepQuery query, StepAggregation grouping) {
    return listings.aggregate(query, grouping);
  }
}
