package dev.dbos;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Attributes;
import dev.dbos.internal.operations.Forking;
import dev.dbos.internal.operations.Steering;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.operations.Versions;
import dev.dbos.internal.store.StepStore;
import dev.dbos.internal.store.WorkflowStore;
import dev.dbos.serialization.TypeRef;
import dev.dbos.workflow.ApplicationVersion;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.StepStatus;
import dev.dbos.workflow.WorkflowHandle;
import dev.dbos.workflow.WorkflowQuery;
import dev.dbos.workflow.WorkflowStatus;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The workflows of a system database: to see them, to talk to them and to steer them, wherever they
 * run. Thread-safe.
 */
public abstract sealed class Workflows permits DBOS {
  private final SystemAccess access;
  private final Steering steering;
  private final Forking forking;
  private final Versions versions;

  Workflows(SystemAccess access) {
    this.access = access;
    this.steering = new Steering(access);
    this.forking = new Forking(access);
    this.versions = new Versions(access);
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
  //
  // Inside a workflow each of these is a step of it, which commits together with the change: it
  // happens once, and a replay does not do it again. None may be called inside a transaction.

  /** Cancels a workflow; see {@link #cancel(Collection, Reach)}. */
  public void cancel(String workflowId) {
    cancel(List.of(workflowId), Reach.ONLY_THESE);
  }

  /** Cancels a workflow, or it and its children; see {@link #cancel(Collection, Reach)}. */
  public void cancel(String workflowId, Reach reach) {
    cancel(List.of(workflowId), reach);
  }

  /** Cancels workflows; see {@link #cancel(Collection, Reach)}. */
  public void cancel(Collection<String> workflowIds) {
    cancel(workflowIds, Reach.ONLY_THESE);
  }

  /**
   * Cancels workflows that have not ended; others, and unknown ones, are passed over. A run in this
   * process stops at once where it sleeps, waits or executes a statement of a transaction, and
   * otherwise at its next operation; what a plain step is doing is not interrupted. A run in
   * another process stops a little later. Whoever waits for one gets a {@link
   * dev.dbos.error.WorkflowCancelledException}.
   *
   * <p>The steps that were finished stay recorded, and {@link #resume(String)} goes on after them.
   *
   * @throws IllegalStateException inside a transaction
   */
  public void cancel(Collection<String> workflowIds, Reach reach) {
    steering.cancel(workflowIds, reach);
  }

  /** Resumes a workflow; see {@link #resume(Collection)}. */
  public void resume(String workflowId) {
    resume(List.of(workflowId));
  }

  /**
   * Has workflows run that have neither succeeded nor failed, as if for the first time but with
   * what was recorded: cancelled ones, those that were set aside after too many attempts, and also
   * running ones, whose present run stops. A process of the same application and version takes them
   * up. A timeout begins anew, a deadline is forgotten. Those that have succeeded or failed are
   * passed over; {@link #fork(String, ForkOptions)} makes a new one of them.
   *
   * @throws UnknownWorkflowException naming all that do not exist; then none is resumed
   * @throws IllegalStateException inside a transaction
   */
  public void resume(Collection<String> workflowIds) {
    steering.resume(workflowIds);
  }

  /** Deletes a workflow; see {@link #delete(Collection, Reach)}. */
  public void delete(String workflowId) {
    delete(List.of(workflowId), Reach.ONLY_THESE);
  }

  /** Deletes a workflow, or it and its children; see {@link #delete(Collection, Reach)}. */
  public void delete(String workflowId, Reach reach) {
    delete(List.of(workflowId), reach);
  }

  /** Deletes workflows; see {@link #delete(Collection, Reach)}. */
  public void delete(Collection<String> workflowIds) {
    delete(workflowIds, Reach.ONLY_THESE);
  }

  /**
   * Deletes workflows with everything that is stored of them, also in the datasources this was
   * launched with; unknown ones are passed over. A run that is under way stops, but a transaction
   * it is just committing in another database stays: cancel a workflow before, and let it stop.
   *
   * @throws IllegalArgumentException when a workflow deletes itself
   * @throws IllegalStateException inside a transaction
   */
  public void delete(Collection<String> workflowIds, Reach reach) {
    steering.delete(workflowIds, reach);
  }

  /**
   * Makes a new workflow that goes on from some step of another one, with the input, the recorded
   * steps, the events and the streams that one had before that step. A process of the same
   * application, and of the version that {@code options} say, takes it up. The original stays as it
   * is. Steps that started a child stand for the child of the original still.
   *
   * <p>Of a workflow that another process is running the last transactions in a database of their
   * own may be missing yet, see {@link #steps(String)}; the fork would do them again.
   *
   * @return a handle on the fork, whose result is plain JSON values; {@link #retrieve(String,
   *     Class)} gives a typed one
   * @throws UnknownWorkflowException when there is none with this id
   * @throws dev.dbos.error.WorkflowConflictException when the chosen id is taken
   * @throws IllegalArgumentException when it has no step of the name asked for
   * @throws IllegalStateException inside a transaction
   */
  public WorkflowHandle<@Nullable Object> fork(String workflowId, ForkOptions options) {
    return fork(List.of(workflowId), options).getFirst();
  }

  /**
   * Forks several workflows, or none when one of them cannot be.
   *
   * @return handles on the forks, in the order of the originals
   * @throws UnknownWorkflowException naming all that do not exist
   * @throws IllegalArgumentException when an id was chosen, or one of them has no step of the name
   *     asked for
   * @throws IllegalStateException inside a transaction
   */
  public List<WorkflowHandle<@Nullable Object>> fork(
      Collection<String> workflowIds, ForkOptions options) {
    return forking.fork(workflowIds, options).stream()
        .<WorkflowHandle<@Nullable Object>>map(
            id -> new StoredHandle<@Nullable Object>(access, id, Object.class))
        .toList();
  }

  /**
   * Has a delayed workflow wait for so long from now.
   *
   * @return whether it was delayed still; otherwise nothing changes
   * @throws UnknownWorkflowException when there is none with this id
   * @throws IllegalArgumentException when {@code delay} is negative
   */
  public boolean setDelay(String workflowId, Duration delay) {
    return steering.setDelay(workflowId, delay);
  }

  /**
   * Has a delayed workflow wait until a moment.
   *
   * @return whether it was delayed still; otherwise nothing changes
   * @throws UnknownWorkflowException when there is none with this id
   */
  public boolean setDelay(String workflowId, Instant until) {
    return steering.setDelay(workflowId, until);
  }

  /**
   * Has a workflow that waits in a queue, or for its delay, overtake others or be overtaken: the
   * lowest number is first, and 0, which is the default, before all.
   *
   * @return whether it was waiting still; otherwise nothing changes
   * @throws UnknownWorkflowException when there is none with this id
   * @throws IllegalArgumentException when {@code priority} is negative
   */
  public boolean setPriority(String workflowId, int priority) {
    return steering.setPriority(workflowId, priority);
  }

  /**
   * Replaces all attributes of a workflow; null or an empty map leaves it without any.
   *
   * @throws UnknownWorkflowException when there is none with this id
   * @throws dev.dbos.error.SerializationException when they cannot be written as JSON
   */
  public void setAttributes(
      String workflowId, @Nullable Map<String, ? extends @Nullable Object> attributes) {
    steering.setAttributes(workflowId, Attributes.of(attributes));
  }

  /**
   * Adds attributes to those of a workflow, or replaces them, key by key; a key whose value is null
   * is removed.
   *
   * @throws UnknownWorkflowException when there is none with this id
   * @throws dev.dbos.error.SerializationException when they cannot be written as JSON
   */
  public void mergeAttributes(
      String workflowId, Map<String, ? extends @Nullable Object> attributes) {
    steering.mergeAttributes(workflowId, Attributes.of(attributes));
  }

  /** The versions this application has been launched at, the latest first. */
  public List<ApplicationVersion> versions() {
    return versions.list();
  }

  /**
   * The version that takes up workflows which were enqueued for none in particular: the one that
   * was launched for the first time, or made the latest, last. Empty before the first launch.
   */
  public Optional<ApplicationVersion> latestVersion() {
    return versions.latest();
  }

  /**
   * Makes a version the latest, for example the one before, when the new one turned out to be
   * faulty.
   *
   * @throws IllegalArgumentException when this application was never launched at it
   */
  public void setLatestVersion(String version) {
    versions.makeLatest(version);
  }
}
