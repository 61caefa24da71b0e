package dev.dbos;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The workflows of a system database: to see them, to talk to them and to steer them, wherever they
 * run. Thread-safe.
 */
public abstract sealed class Workflows permits DBOS {
  private final SystemAccess access;

  Workflows(SystemAccess access) {
    this.access = access;
  }

  // ---- see ----

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

  /** How a workflow stands, or empty when there is none with this id. */
  public Optional<WorkflowStatus> status(String workflowId) {
    return access.systemDatabase().read(dsl -> WorkflowStore.find(dsl, workflowId));
  }

  /** The workflows that {@code query} asks for, oldest first. */
  public List<WorkflowStatus> list(WorkflowQuery query) {
    return access
        .systemDatabase()
        .read(dsl -> WorkflowStore.list(dsl, query, access.applicationName()));
  }

  /**
   * The recorded steps of a workflow, transactions and child workflows included, in the order in
   * which they were begun. One that ended a moment ago in a datasource may be missing yet.
   */
  public List<StepStatus> steps(String workflowId) {
    return access.systemDatabase().read(dsl -> StepStore.list(dsl, workflowId));
  }

  // ---- talk ----

  // ---- steer ----
}
