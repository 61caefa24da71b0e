package dev.dbos;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Attributes;
import dev.dbos.internal.operations.Enqueueing;
import dev.dbos.internal.operations.Forking;
import dev.dbos.internal.operations.HealthCheck;
import dev.dbos.internal.operations.QueueSettings;
import dev.dbos.internal.operations.Retiring;
import dev.dbos.internal.operations.StartRows.Call;
import dev.dbos.internal.operations.Steering;
import dev.dbos.internal.operations.StoredHandle;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.operations.Versions;
import dev.dbos.observe.Health;
import dev.dbos.serialization.Arguments;
import dev.dbos.workflow.ApplicationVersion;
import dev.dbos.workflow.ForkOptions;
import dev.dbos.workflow.Reach;
import dev.dbos.workflow.Retention;
import dev.dbos.workflow.StartOptions;
import dev.dbos.workflow.WorkflowDefinition;
import dev.dbos.workflow.WorkflowHandle;
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
public abstract sealed class Workflows extends WorkflowTalk permits DBOS, DbosClient {
  private static final Duration HEALTH_TIMEOUT = Duration.ofSeconds(5);

  private final SystemAccess access;
  private final HealthCheck healthCheck;
  private final Steering steering;
  private final Outboxes outboxes;
  private final Enqueueing enqueueing;

  Workflows(
      SystemAccess access, HealthCheck healthCheck, dev.dbos.internal.outbox.Outboxes outboxes) {
    super(access);
    this.outboxes = new Outboxes(outboxes);
    this.healthCheck = healthCheck;
    this.access = access;
    this.steering = new Steering(access);
    this.enqueueing = new Enqueueing(access);
  }

  // ---- enqueue ----

  /** The version of the application that this runs, or null when it runs none. */
  abstract @Nullable String ownVersion();

  /** The queues, to see and to change. */
  public Queues queues() {
    return new Queues(new QueueSettings(access, ownVersion()));
  }

  /**
   * Puts a workflow into a queue, for whichever process serves that and has registered it. It is
   * durable when this returns, and runs at the latest version of its application unless the options
   * name one. Without a queue it waits in one that every process serves.
   *
   * <p>Inside a workflow it is a step, and what is enqueued a child.
   *
   * <p>While the system database is away, a {@link DBOS} waits for it as with any start. A client
   * does not wait, nor does a call with a deduplication id.
   *
   * @throws dev.dbos.error.WorkflowConflictException when the id belongs to another workflow
   * @throws dev.dbos.error.QueueDeduplicatedException when another workflow in the queue has the
   *     deduplication id, and the policy does not say to return that one
   * @throws dev.dbos.error.SerializationException when the input cannot be stored
   * @throws IllegalArgumentException when the options contradict each other
   * @throws IllegalStateException inside a transaction
   * @throws dev.dbos.error.DatabaseUnavailableException when the database is away and is not waited
   *     for
   */
  public <I, O extends @Nullable Object> WorkflowHandle<O> enqueue(
      WorkflowDefinition<I, O> definition, @Nullable I input, StartOptions options) {
    return new StoredHandle<>(
        access,
        enqueueing.enqueue("enqueue", Call.of(definition, input), options, null),
        definition.outputType());
  }

  /**
   * Puts a workflow for each input into one queue, in the order of the inputs; all of them or none,
   * and much faster than one by one. Otherwise as {@link #enqueue(WorkflowDefinition, Object,
   * StartOptions)}; inside a workflow each is a step by itself.
   *
   * @return a handle for each input
   * @throws IllegalArgumentException when the options choose an id, and there is more than one
   */
  public <I, O extends @Nullable Object> List<WorkflowHandle<O>> enqueueAll(
      WorkflowDefinition<I, O> definition, List<? extends I> inputs, StartOptions options) {
    List<Call> calls = inputs.stream().map(input -> Call.of(definition, input)).toList();
    return enqueueing.enqueueAll("enqueueAll", calls, options, null).stream()
        .<WorkflowHandle<O>>map(id -> new StoredHandle<>(access, id, definition.outputType()))
        .toList();
  }

  /**
   * Puts a workflow into a queue by its name, with arguments of which some have names.
   *
   * @see #enqueue(String, List, StartOptions)
   */
  public WorkflowHandle<@Nullable Object> enqueue(
      String workflowName, Arguments arguments, StartOptions options) {
    return new StoredHandle<>(
        access,
        enqueueing.enqueue("enqueue", Call.of(workflowName, arguments), options, null),
        Object.class);
  }

  /**
   * Puts a workflow into a queue by its name, for a program that registers it, in whatever
   * language; otherwise as {@link #enqueue(WorkflowDefinition, Object, StartOptions)}. The output
   * of the handle is what its JSON is as a map, list, text, number or truth value; {@link
   * #retrieve(String, Class)} gives one with a type.
   *
   * @param arguments the positional arguments, written as portable JSON
   */
  public WorkflowHandle<@Nullable Object> enqueue(
      String workflowName, List<?> arguments, StartOptions options) {
    return enqueue(workflowName, Arguments.of(arguments), options);
  }

  /** What transactions of the registered datasources have asked, and could not be delivered. */
  public Outboxes outboxes() {
    return outboxes;
  }

  /** How it is doing, said within 5 seconds; see {@link #health(Duration)}. */
  public Health health() {
    return health(HEALTH_TIMEOUT);
  }

  /**
   * How it is doing: whether the system database and the registered datasources answer, and what
   * there is to do. Said within {@code timeout}, whatever hangs; what does not answer by then
   * counts as unreachable. Cheap enough to be asked every few seconds. Never throws on account of a
   * database, and records nothing inside a workflow.
   */
  public Health health(Duration timeout) {
    return healthCheck.run(timeout);
  }

  /** The schedules, which start workflows again and again. */
  public Schedules schedules() {
    return new Schedules(access);
  }

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

  /**
   * Like {@link #resume(Collection)}, but has them wait in a queue, whose limits they then keep.
   *
   * @throws UnknownWorkflowException naming all that do not exist; then none is resumed
   * @throws IllegalArgumentException when {@code queueName} is blank
   * @throws IllegalStateException inside a transaction
   */
  public void resume(Collection<String> workflowIds, String queueName) {
    steering.resume(workflowIds, queueName);
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
   * it is just committing in another database stays: cancel a workflow before, and let it stop. A
   * client leaves what datasources hold; it is never taken for a result of another workflow.
   *
   * @throws IllegalArgumentException when a workflow deletes itself
   * @throws IllegalStateException inside a transaction
   */
  public void delete(Collection<String> workflowIds, Reach reach) {
    steering.delete(workflowIds, reach);
  }

  /**
   * Deletes finished workflows, in transactions of {@link Retention#withBatchSize some each}, those
   * that ended first first; a crash leaves the rest as it is. With what they have started and with
   * their rows in the datasources this was launched with. Where there are such datasources with
   * databases of their own, nothing that ended within the last hour is deleted: a run that was
   * replaced could be committing still. Deleted ids can be used again.
   *
   * <p>A client deletes no rows in datasources and keeps no such hour: where there are datasources
   * with databases of their own, have a runtime do it. What a client leaves there is never taken
   * for a result of another workflow, but nothing deletes it any more.
   *
   * <p>Those of the application and of none; those of all for a client without an application.
   *
   * @return how many were deleted
   * @throws dev.dbos.error.DatabaseUnavailableException when the system database or one of the
   *     datasources is away; what was deleted until then is gone
   * @throws IllegalStateException inside a transaction
   */
  public long deleteFinished(Retention retention) {
    return new Retiring(access).deleteFinished(retention);
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
    return new Forking(access)
        .fork(workflowIds, options).stream()
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

  /** Workflows as text: to be taken out, and put in. */
  public Archives archives() {
    return new Archives(access);
  }

  /** The versions this application has been launched at, the latest first. */
  public List<ApplicationVersion> versions() {
    return new Versions(access).list();
  }

  /**
   * The version that takes up workflows which were enqueued for none in particular: the one that
   * was launched for the first time, or made the latest, last. Empty before the first launch.
   */
  public Optional<ApplicationVersion> latestVersion() {
    return new Versions(access).latest();
  }

  /**
   * Makes a version the latest, for example the one before, when the new one turned out to be
   * faulty.
   *
   * @throws IllegalArgumentException when this application was never launched at it
   */
  public void setLatestVersion(String version) {
    new Versions(access).makeLatest(version);
  }
}
