package dev.dbos.workflow;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.text.StoredName;
import dev.dbos.serialization.PortableJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a workflow is started; by default at once and by the process that starts it, with a random
 * id, without attributes, and with the deadline of the workflow that starts it, if there is one.
 * Immutable.
 */
public final class StartOptions {
  /** A random id, and the deadline of the parent. */
  public static final StartOptions DEFAULT =
      new StartOptions(null, Limit.Inherited.ONE, null, Identity.NOBODY, Queueing.NONE);

  private static final PortableJson JSON = new PortableJson();

  private final @Nullable String id;
  private final Limit limit;
  private final @Nullable String attributes;
  private final Identity identity;
  private final Queueing queueing;

  private StartOptions(
      @Nullable String id,
      Limit limit,
      @Nullable String attributes,
      Identity identity,
      Queueing queueing) {
    this.id = id;
    this.limit = limit;
    this.attributes = attributes;
    this.identity = identity;
    this.queueing = queueing;
  }

  /** How long a workflow may take. */
  public sealed interface Limit {
    /** Until the deadline of the workflow that starts it, without end when there is none. */
    enum Inherited implements Limit {
      /** The one way to inherit. */
      ONE
    }

    /** Without end. */
    enum Unlimited implements Limit {
      /** The one way to have no limit. */
      ONE
    }

    /** From its start, or when it is resumed or forked from its next start, for so long. */
    record Timeout(Duration duration) implements Limit {}

    /** Until a moment. */
    record Deadline(Instant instant) implements Limit {}
  }

  private record Identity(@Nullable String user, @Nullable String role, List<String> roles) {
    static final Identity NOBODY = new Identity(null, null, List.of());
  }

  /** How long a workflow waits before it may leave its queue. */
  public sealed interface Delay {
    /** Not at all. */
    enum None implements Delay {
      /** The one way not to wait. */
      ONE
    }

    /** For so long from when it is put into the queue. */
    record For(Duration duration) implements Delay {}

    /** Until a moment. */
    record Until(Instant instant) implements Delay {}

    /** Until no further call comes. */
    record Debounced(Debounce debounce) implements Delay {}
  }

  /**
   * Starts under this id. Starting twice with one id is the same run: the second start returns a
   * handle on the first and ignores its input.
   *
   * @throws IllegalArgumentException when {@code id} is blank, takes more than 1,250 bytes, or
   *     holds a NUL character
   */
  public static StartOptions id(String id) {
    return DEFAULT.withId(id);
  }

  /** The same with this id; see {@link #id(String)}. */
  public StartOptions withId(String workflowId) {
    if (workflowId.isBlank()) {
      throw new IllegalArgumentException("A workflow id must not be blank.");
    }
    StoredName.requireDerived("workflow id", workflowId);
    return new StartOptions(workflowId, limit, attributes, identity, queueing);
  }

  /**
   * Cancels the workflow when it has not ended so long after its start. The moment is recorded, so
   * restarts do not extend it. Replaces any other limit, that of the parent included; when the
   * workflow is cancelled and resumed, the time begins anew.
   *
   * @throws IllegalArgumentException when it is less than a millisecond
   */
  public StartOptions withTimeout(Duration timeout) {
    if (timeout.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("A timeout must be at least 1 ms: " + timeout);
    }
    return new StartOptions(id, new Limit.Timeout(timeout), attributes, identity, queueing);
  }

  /**
   * Cancels the workflow when it has not ended by then. One that is in the past already cancels it
   * before it runs. Replaces any other limit, that of the parent included.
   */
  public StartOptions withDeadline(Instant deadline) {
    return new StartOptions(id, new Limit.Deadline(deadline), attributes, identity, queueing);
  }

  /** Lets a child go on past the deadline of its parent. */
  public StartOptions withoutTimeout() {
    return new StartOptions(id, Limit.Unlimited.ONE, attributes, identity, queueing);
  }

  /**
   * Facts to find the workflow by: a JSON object, kept beside it and copied by forks, but not
   * handed down to children. An empty map is none.
   *
   * @throws SerializationException when they cannot be written as JSON
   * @throws IllegalArgumentException when a text among them holds a NUL character
   */
  public StartOptions withAttributes(Map<String, ? extends @Nullable Object> values) {
    String json = values.isEmpty() ? null : encode(values);
    return new StartOptions(id, limit, json, identity, queueing);
  }

  private static String encode(Map<String, ? extends @Nullable Object> values) {
    try {
      return StoredName.requireJson("attributes of a workflow", JSON.encodeValue(values));
    } catch (SerializationException refused) {
      throw new SerializationException(
          "The attributes of a workflow must be values that JSON can hold: " + refused.getMessage(),
          refused);
    }
  }

  /** Who the workflow runs for, and that person's roles; recorded, and handed down to children. */
  public StartOptions withAuthenticatedUser(String user, String... roles) {
    return new StartOptions(
        id,
        limit,
        attributes,
        new Identity(StoredName.require("user", user), identity.role(), List.of(roles)),
        queueing);
  }

  /** The role in which the workflow runs; recorded, and handed down to children. */
  public StartOptions withAssumedRole(String role) {
    return new StartOptions(
        id,
        limit,
        attributes,
        new Identity(identity.user(), StoredName.require("role", role), identity.roles()),
        queueing);
  }

  /**
   * Puts the workflow into a queue, from which a process that serves the queue takes it. The queue
   * may be registered later.
   *
   * @throws IllegalArgumentException when {@code queueName} is blank
   */
  public StartOptions withQueue(String queueName) {
    return with(queueing.withQueue(queueName));
  }

  /**
   * Lets those with a lower number leave the queue first; default none, which is before all
   * numbers. Takes a queue.
   *
   * @throws IllegalArgumentException unless it is between 1 and 2147483647
   */
  public StartOptions withPriority(int priority) {
    return with(queueing.withPriority(priority));
  }

  /** Refuses the workflow while its queue holds another one with this deduplication id. */
  public StartOptions withDeduplication(String deduplicationId) {
    return withDeduplication(deduplicationId, Deduplication.Policy.REJECT);
  }

  /**
   * Starts the workflow only when its queue holds no other one with this deduplication id. Takes a
   * queue, and no partition key.
   *
   * @throws IllegalArgumentException when the id is blank
   */
  public StartOptions withDeduplication(String deduplicationId, Deduplication.Policy policy) {
    return with(queueing.withDeduplication(new Deduplication(deduplicationId, policy)));
  }

  /**
   * The part of a partitioned queue to wait in; limits of partitions apply to each key by itself.
   * Default none: those without a key are a partition, too. Takes a queue.
   *
   * @throws IllegalArgumentException when the key is blank
   */
  public StartOptions withPartitionKey(String key) {
    return with(queueing.withPartitionKey(key));
  }

  /**
   * Lets the workflow leave its queue no sooner than so long from when it was put there. Takes a
   * queue. A timeout begins when it leaves the queue.
   *
   * @throws IllegalArgumentException when {@code delay} is negative
   */
  public StartOptions withDelay(Duration delay) {
    if (delay.isNegative()) {
      throw new IllegalArgumentException("A delay must not be negative: " + delay);
    }
    return withDelay(new Delay.For(delay));
  }

  /** Lets the workflow leave its queue no sooner than at this moment. Takes a queue. */
  public StartOptions withDelayUntil(Instant moment) {
    return withDelay(new Delay.Until(moment));
  }

  /**
   * Makes calls with one key one: the workflow that waits for them gets the input of the last, and
   * leaves its queue when for a period there was none; a further call then makes another one. All
   * but the input is what the first call says. The key, behind the workflow's name and a dash, is
   * its deduplication id. Only for what is enqueued; replaces any other delay, and does not go with
   * a priority, a deduplication id or a partition key.
   */
  public StartOptions withDebounce(Debounce debounce) {
    return withDelay(new Delay.Debounced(debounce));
  }

  private StartOptions withDelay(Delay delay) {
    return with(queueing.withDelay(delay));
  }

  /**
   * The version of the application that is to run the workflow; default that of the process that
   * starts it, and of what is enqueued by name or by a client whichever is the latest. Takes a
   * queue.
   *
   * @throws IllegalArgumentException when {@code version} is blank
   */
  public StartOptions withApplicationVersion(String version) {
    return with(queueing.withVersion(version));
  }

  /** Whose workflow is meant, when it is another program's. Takes a queue. */
  public StartOptions withTarget(Target target) {
    return with(queueing.withTarget(target));
  }

  private StartOptions with(Queueing changed) {
    return new StartOptions(id, limit, attributes, identity, changed);
  }

  /** The chosen id, or empty for a random one. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  /** How long the workflow may take. */
  public Limit limit() {
    return limit;
  }

  /** The attributes as a JSON object, or empty when there are none. */
  public Optional<String> attributes() {
    return Optional.ofNullable(attributes);
  }

  /** Who the workflow runs for; empty for whom its parent runs for, or nobody. */
  public Optional<String> authenticatedUser() {
    return Optional.ofNullable(identity.user());
  }

  /** The roles of that person. */
  public List<String> authenticatedRoles() {
    return identity.roles();
  }

  /** The role in which the workflow runs; empty for that of its parent, or none. */
  public Optional<String> assumedRole() {
    return Optional.ofNullable(identity.role());
  }

  /** The queue, or empty to start at once. */
  public Optional<String> queue() {
    return Optional.ofNullable(queueing.queue());
  }

  /** The priority, 1 or more; 0 for none, which is before all others. */
  public int priority() {
    return queueing.priority();
  }

  /** What it must be the only one of in its queue. */
  public Optional<Deduplication> deduplication() {
    return Optional.ofNullable(queueing.deduplication());
  }

  /** The part of its queue. */
  public Optional<String> partitionKey() {
    return Optional.ofNullable(queueing.partitionKey());
  }

  /** How long it waits before it may leave its queue. */
  public Delay delay() {
    return queueing.delay();
  }

  /** The version that is to run it, or empty for the default. */
  public Optional<String> applicationVersion() {
    return Optional.ofNullable(queueing.version());
  }

  /** Whose workflow is meant. */
  public Target target() {
    return queueing.target();
  }
}
