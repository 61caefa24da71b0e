package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * From where a workflow is forked, and what differs from it; by default a random id, the
 * application version of the original, no limit of time, the children of the original, and no queue
 * to wait in but the one that every process serves. Immutable.
 */
public final class ForkOptions {
  private final Start start;
  private final @Nullable String id;
  private final @Nullable String applicationVersion;
  private final @Nullable Duration timeout;
  private final Map<String, String> replacementChildren;
  private final Waiting waiting;

  private record Waiting(@Nullable String queue, @Nullable String partitionKey) {
    static final Waiting ANYWHERE = new Waiting(null, null);
  }

  private ForkOptions(
      Start start,
      @Nullable String id,
      @Nullable String applicationVersion,
      @Nullable Duration timeout,
      Map<String, String> replacementChildren,
      Waiting waiting) {
    this.start = start;
    this.id = id;
    this.applicationVersion = applicationVersion;
    this.timeout = timeout;
    this.replacementChildren = replacementChildren;
    this.waiting = waiting;
  }

  /** Which step is the first that the fork does itself. */
  public sealed interface Start {
    /** This one. */
    record AtStep(int stepId) implements Start {}

    /** The last one that failed, else the last one. */
    record AtLastFailure() implements Start {}

    /** The last one. */
    record AtLastStep() implements Start {}

    /** The last one of this name. */
    record AtStepNamed(String name) implements Start {}
  }

  private static ForkOptions at(Start start) {
    return new ForkOptions(start, null, null, null, Map.of(), Waiting.ANYWHERE);
  }

  /**
   * Has the results of the steps before {@code stepId}, and does that one and all after it anew; 0
   * for everything.
   *
   * @throws IllegalArgumentException when {@code stepId} is negative
   */
  public static ForkOptions fromStep(int stepId) {
    if (stepId < 0) {
      throw new IllegalArgumentException("Steps are counted from 0: " + stepId);
    }
    return at(new Start.AtStep(stepId));
  }

  /**
   * Goes on with the last step that failed; when none did with the last one, and when there is none
   * from the start.
   */
  public static ForkOptions fromLastFailure() {
    return at(new Start.AtLastFailure());
  }

  /** Goes on with the last step; when there is none from the start. */
  public static ForkOptions fromLastStep() {
    return at(new Start.AtLastStep());
  }

  /** Goes on with the last step of this name; a workflow that has none is not forked. */
  public static ForkOptions fromStepNamed(String name) {
    return at(new Start.AtStepNamed(name));
  }

  /**
   * Gives the fork this id.
   *
   * @throws IllegalArgumentException when {@code id} is blank
   */
  public ForkOptions withId(String workflowId) {
    if (workflowId.isBlank()) {
      throw new IllegalArgumentException("A workflow id must not be blank.");
    }
    StoredName.requireDerived("workflow id", workflowId);
    return new ForkOptions(
        start, workflowId, applicationVersion, timeout, replacementChildren, waiting);
  }

  /**
   * Has the fork run by this version of the program instead of by that of the original, for example
   * because it repairs what made the original fail.
   */
  public ForkOptions withApplicationVersion(String version) {
    StoredName.require("application version", version);
    return new ForkOptions(start, id, version, timeout, replacementChildren, waiting);
  }

  /**
   * Cancels the fork when it has not ended so long after its start.
   *
   * @throws IllegalArgumentException when it is less than a millisecond
   */
  public ForkOptions withTimeout(Duration limit) {
    if (limit.compareTo(Duration.ofMillis(1)) < 0) {
      throw new IllegalArgumentException("A timeout must be at least 1 ms: " + limit);
    }
    return new ForkOptions(start, id, applicationVersion, limit, replacementChildren, waiting);
  }

  /**
   * Has steps that started a child of the original stand for another workflow, which is usually a
   * fork of that child: its id by the child's.
   */
  public ForkOptions withReplacementChildren(Map<String, String> children) {
    return new ForkOptions(start, id, applicationVersion, timeout, Map.copyOf(children), waiting);
  }

  /**
   * Has the fork wait in this queue.
   *
   * @throws IllegalArgumentException when {@code queueName} is blank
   */
  public ForkOptions withQueue(String queueName) {
    if (queueName.isBlank()) {
      throw new IllegalArgumentException("A queue's name must not be blank.");
    }
    StoredName.require("name of a queue", queueName);
    return new ForkOptions(
        start,
        id,
        applicationVersion,
        timeout,
        replacementChildren,
        new Waiting(queueName, waiting.partitionKey));
  }

  /** Has the fork wait in this part of its queue. */
  public ForkOptions withPartitionKey(String key) {
    return new ForkOptions(
        start,
        id,
        applicationVersion,
        timeout,
        replacementChildren,
        new Waiting(waiting.queue, StoredName.require("partition key", key)));
  }

  /** Where the fork begins. */
  public Start start() {
    return start;
  }

  /** The chosen id, or empty for a random one. */
  public Optional<String> id() {
    return Optional.ofNullable(id);
  }

  /** The version that runs it, or empty for that of the original. */
  public Optional<String> applicationVersion() {
    return Optional.ofNullable(applicationVersion);
  }

  /** How long it may take, or empty for no limit. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(timeout);
  }

  /** The workflows that stand for children of the original, by the children's ids. */
  public Map<String, String> replacementChildren() {
    return replacementChildren;
  }

  /** The queue it waits in, or empty for the one that every process serves. */
  public Optional<String> queue() {
    return Optional.ofNullable(waiting.queue);
  }

  /** The part of its queue. */
  public Optional<String> partitionKey() {
    return Optional.ofNullable(waiting.partitionKey);
  }
}
