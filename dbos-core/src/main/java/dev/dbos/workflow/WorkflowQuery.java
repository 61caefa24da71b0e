package dev.dbos.workflow;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which workflows to list or count; by default all of this application and those of none, at most
 * 100, oldest first, without their inputs and outputs. Immutable.
 *
 * <pre>{@code
 * WorkflowQuery.all().withStatus(ERROR).withQueue("emails").createdFrom(midnight).newestFirst()
 * }</pre>
 *
 * <p>Filters of different kinds all have to hold. One with several values holds for any of them,
 * and one with an empty collection for no workflow. Given again, a filter replaces the earlier one
 * of its kind. Periods are from, inclusive, to before, exclusive, so neighbours share nothing.
 */
public final class WorkflowQuery {
  private static final int DEFAULT_LIMIT = 100;
  private static final WorkflowQuery ALL =
      new WorkflowQuery(new Filters(Map.of(), Map.of(), Set.of(), Map.of()), DEFAULT_LIMIT, null);

  /** A column that is compared with texts. */
  public enum Criterion {
    /** The id. */
    ID,
    /** The beginning of the id. */
    ID_PREFIX,
    /** The state. */
    STATUS,
    /** The name. */
    NAME,
    /** The class of the body, where another implementation has one. */
    CLASS_NAME,
    /** The instance of the body, where another implementation has one. */
    INSTANCE_NAME,
    /** The application version. */
    VERSION,
    /** The user it was started for. */
    USER,
    /** The queue. */
    QUEUE,
    /** The process that runs or ran it. */
    EXECUTOR,
    /** The workflow it was forked from. */
    FORKED_FROM,
    /** The workflow that started it. */
    PARENT,
    /** The schedule that started it. */
    SCHEDULE,
    /** The deduplication id. */
    DEDUPLICATION_ID,
    /** The application that owns it. */
    APPLICATION
  }

  /** An end of a period. */
  public enum Bound {
    /** Created then or later. */
    CREATED_FROM,
    /** Created earlier. */
    CREATED_BEFORE,
    /** Ended then or later. */
    COMPLETED_FROM,
    /** Ended earlier. */
    COMPLETED_BEFORE,
    /** Taken from its queue then or later. */
    DEQUEUED_FROM,
    /** Taken from its queue earlier. */
    DEQUEUED_BEFORE
  }

  /** What is asked for or not. */
  public enum Trait {
    /** In a queue and not at an end. */
    QUEUED,
    /** Others were forked from it. */
    FORKED,
    /** No other was forked from it. */
    NOT_FORKED,
    /** Started by a workflow. */
    CHILD,
    /** Not started by a workflow. */
    ROOT,
    /** Of whatever application. */
    ANY_APPLICATION,
    /** The latest first. */
    NEWEST_FIRST,
    /** With inputs. */
    INPUTS,
    /** With outputs and errors. */
    OUTPUTS
  }

  private record Filters(
      Map<Criterion, Set<String>> texts,
      Map<Bound, Instant> bounds,
      Set<Trait> traits,
      Map<String, ?> attributes) {}

  private final Filters filters;
  private final int limit;
  private final @Nullable WorkflowCursor after;

  private WorkflowQuery(Filters filters, int limit, @Nullable WorkflowCursor after) {
    this.filters = filters;
    this.limit = limit;
    this.after = after;
  }

  /** Every workflow of this application, and those that no application owns. */
  public static WorkflowQuery all() {
    return ALL;
  }

  /** Only workflows with one of these ids. */
  public WorkflowQuery withId(String id, String... more) {
    return with(Criterion.ID, id, more);
  }

  /** Only workflows with one of these ids; none when it is empty. */
  public WorkflowQuery withIds(Collection<String> ids) {
    return with(Criterion.ID, ids);
  }

  /** Only workflows whose id begins with one of these, in upper and lower case as given. */
  public WorkflowQuery withIdPrefix(String prefix, String... more) {
    return with(Criterion.ID_PREFIX, prefix, more);
  }

  /** Only workflows in one of these states. */
  public WorkflowQuery withStatus(WorkflowState state, WorkflowState... more) {
    return withStatuses(EnumSet.of(state, more));
  }

  /** Only workflows in one of these states; none when it is empty. */
  public WorkflowQuery withStatuses(Collection<WorkflowState> states) {
    return with(Criterion.STATUS, states.stream().map(Enum::name).toList());
  }

  /** Only workflows of one of these names. */
  public WorkflowQuery withName(String name, String... more) {
    return with(Criterion.NAME, name, more);
  }

  /** Only workflows of one of these classes, as other implementations write them. */
  public WorkflowQuery withClassName(String className, String... more) {
    return with(Criterion.CLASS_NAME, className, more);
  }

  /** Only workflows of one of these instances, as other implementations write them. */
  public WorkflowQuery withInstanceName(String instanceName, String... more) {
    return with(Criterion.INSTANCE_NAME, instanceName, more);
  }

  /** Only workflows of one of these application versions. */
  public WorkflowQuery withVersion(String version, String... more) {
    return with(Criterion.VERSION, version, more);
  }

  /** Only workflows started for one of these users. */
  public WorkflowQuery withUser(String user, String... more) {
    return with(Criterion.USER, user, more);
  }

  /** Only workflows with one of these queues. */
  public WorkflowQuery withQueue(String queue, String... more) {
    return with(Criterion.QUEUE, queue, more);
  }

  /** Only workflows that one of these processes runs or ran. */
  public WorkflowQuery withExecutor(String executorId, String... more) {
    return with(Criterion.EXECUTOR, executorId, more);
  }

  /** Only forks of one of these workflows. */
  public WorkflowQuery withForkedFrom(String workflowId, String... more) {
    return with(Criterion.FORKED_FROM, workflowId, more);
  }

  /** Only children of one of these workflows. */
  public WorkflowQuery withParent(String workflowId, String... more) {
    return with(Criterion.PARENT, workflowId, more);
  }

  /** Only workflows that one of these schedules started. */
  public WorkflowQuery withSchedule(String schedule, String... more) {
    return with(Criterion.SCHEDULE, schedule, more);
  }

  /** Only workflows that hold one of these deduplication ids, which they do until they end. */
  public WorkflowQuery withDeduplicationId(String id, String... more) {
    return with(Criterion.DEDUPLICATION_ID, id, more);
  }

  /** Only workflows that one of these applications owns, instead of this one and none. */
  public WorkflowQuery withApplication(String application, String... more) {
    return with(Criterion.APPLICATION, application, more).with(Trait.ANY_APPLICATION, null);
  }

  /** Workflows of all applications that share the system database. */
  public WorkflowQuery ofAllApplications() {
    Map<Criterion, Set<String>> texts = copy(Criterion.class, filters.texts());
    texts.remove(Criterion.APPLICATION);
    return with(new Filters(texts, filters.bounds(), filters.traits(), filters.attributes()))
        .with(Trait.ANY_APPLICATION, null);
  }

  /**
   * Only workflows whose attributes contain these: each key with an equal value, objects and arrays
   * inside them likewise containing what is given.
   */
  public WorkflowQuery withAttributes(Map<String, ?> attributes) {
    Map<String, ?> copy = Collections.unmodifiableMap(new LinkedHashMap<>(attributes));
    return with(new Filters(filters.texts(), filters.bounds(), filters.traits(), copy));
  }

  /** Only workflows with a queue that have not ended: waiting in it, delayed, or running. */
  public WorkflowQuery queued() {
    return with(Trait.QUEUED, null);
  }

  /** Only workflows from which others were forked. */
  public WorkflowQuery thatWereForked() {
    return with(Trait.FORKED, Trait.NOT_FORKED);
  }

  /** Only workflows from which no other was forked. */
  public WorkflowQuery thatWereNotForked() {
    return with(Trait.NOT_FORKED, Trait.FORKED);
  }

  /** Only workflows that a workflow started. */
  public WorkflowQuery children() {
    return with(Trait.CHILD, Trait.ROOT);
  }

  /** Only workflows that no workflow started. */
  public WorkflowQuery roots() {
    return with(Trait.ROOT, Trait.CHILD);
  }

  /** Only workflows created at this moment or later. */
  public WorkflowQuery createdFrom(Instant from) {
    return with(Bound.CREATED_FROM, from);
  }

  /** Only workflows created before this moment. */
  public WorkflowQuery createdBefore(Instant before) {
    return with(Bound.CREATED_BEFORE, before);
  }

  /** Only workflows that ended at this moment or later. */
  public WorkflowQuery completedFrom(Instant from) {
    return with(Bound.COMPLETED_FROM, from);
  }

  /** Only workflows that ended before this moment. */
  public WorkflowQuery completedBefore(Instant before) {
    return with(Bound.COMPLETED_BEFORE, before);
  }

  /** Only workflows taken from their queue at this moment or later. */
  public WorkflowQuery dequeuedFrom(Instant from) {
    return with(Bound.DEQUEUED_FROM, from);
  }

  /** Only workflows taken from their queue before this moment. */
  public WorkflowQuery dequeuedBefore(Instant before) {
    return with(Bound.DEQUEUED_BEFORE, before);
  }

  /** The latest first, instead of the oldest. */
  public WorkflowQuery newestFirst() {
    return with(Trait.NEWEST_FIRST, null);
  }

  /** Reads the inputs, too, which is not the default since they may be large. */
  public WorkflowQuery withInputs() {
    return with(Trait.INPUTS, null);
  }

  /** Reads outputs and errors, too, which is not the default since they may be large. */
  public WorkflowQuery withOutputs() {
    return with(Trait.OUTPUTS, null);
  }

  /**
   * At most this many; default 100.
   *
   * @throws IllegalArgumentException when {@code most} is less than 1
   */
  public WorkflowQuery withLimit(int most) {
    return new WorkflowQuery(filters, Buckets.limit(most), after);
  }

  /** Only what follows this place, in the order asked for. */
  public WorkflowQuery after(WorkflowCursor cursor) {
    return new WorkflowQuery(filters, limit, cursor);
  }

  private WorkflowQuery with(Criterion criterion, String value, String... more) {
    Set<String> values = new LinkedHashSet<>(Set.of(value));
    values.addAll(Arrays.asList(more));
    return with(criterion, values);
  }

  private WorkflowQuery with(Criterion criterion, Collection<String> values) {
    Map<Criterion, Set<String>> texts = copy(Criterion.class, filters.texts());
    texts.put(criterion, Collections.unmodifiableSet(new LinkedHashSet<>(values)));
    return with(new Filters(texts, filters.bounds(), filters.traits(), filters.attributes()));
  }

  private WorkflowQuery with(Bound bound, Instant moment) {
    Map<Bound, Instant> bounds = copy(Bound.class, filters.bounds());
    bounds.put(bound, moment);
    return with(new Filters(filters.texts(), bounds, filters.traits(), filters.attributes()));
  }

  private WorkflowQuery with(Trait trait, @Nullable Trait opposite) {
    Set<Trait> traits = EnumSet.of(trait);
    traits.addAll(filters.traits());
    if (opposite != null) {
      traits.remove(opposite);
    }
    return with(new Filters(filters.texts(), filters.bounds(), traits, filters.attributes()));
  }

  private WorkflowQuery with(Filters changed) {
    return new WorkflowQuery(changed, limit, after);
  }

  private static <K extends Enum<K>, V> Map<K, V> copy(Class<K> keys, Map<K, V> map) {
    Map<K, V> copy = new EnumMap<>(keys);
    copy.putAll(map);
    return copy;
  }

  /** The texts one of which a column has to be equal to; empty when it does not matter. */
  public Optional<Set<String>> values(Criterion criterion) {
    return Optional.ofNullable(filters.texts().get(criterion));
  }

  /** The end of a period; empty when it has none. */
  public Optional<Instant> bound(Bound bound) {
    return Optional.ofNullable(filters.bounds().get(bound));
  }

  /** Whether this is asked for. */
  public boolean has(Trait trait) {
    return filters.traits().contains(trait);
  }

  /** What the attributes have to contain. */
  public Map<String, ?> attributes() {
    return filters.attributes();
  }

  /** The most workflows to return. */
  public int limit() {
    return limit;
  }

  /** The place after which it begins. */
  public Optional<WorkflowCursor> after() {
    return Optional.ofNullable(after);
  }
}
