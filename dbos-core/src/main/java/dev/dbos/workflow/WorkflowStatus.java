package dev.dbos.workflow;

import dev.dbos.error.SerializationException;
import dev.dbos.serialization.ErrorCodec;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.serialization.Trust;
import dev.dbos.serialization.TypeRef;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A workflow as the system database holds it, at the moment it was read. Nothing in it is decoded
 * until it is asked for, so a row that nobody can read is still listed, and its text can be had.
 *
 * @param id the workflow's id
 * @param name the workflow's name; empty where another implementation left it out
 * @param state where it stands
 * @param content its input and outcome, as far as they were read
 * @param origin who owns it and where it came from
 * @param progress its attempts and times
 * @param settings what it was started with
 */
public record WorkflowStatus(
    String id,
    String name,
    WorkflowState state,
    Content content,
    Origin origin,
    Progress progress,
    Settings settings) {
  private static final PortableJson JSON = new PortableJson();
  private static final ErrorCodec ERRORS = new ErrorCodec(Trust.jdkOnly());
  private static final Type ATTRIBUTES = new TypeRef<Map<String, Object>>() {}.type();

  /**
   * What a workflow got and gave, as stored.
   *
   * @param inputOrNull its arguments, or null when they were not read
   * @param outcomeOrNull its output or error, {@link Payload#NOTHING} before it ended, or null when
   *     it was not read
   */
  public record Content(@Nullable Payload inputOrNull, @Nullable Payload outcomeOrNull) {}

  /**
   * Who owns a workflow and where it came from.
   *
   * @param applicationName the application that owns it, or null when none does
   * @param applicationVersion the version it started on, or null
   * @param executorId the process that runs or ran it, or null before the first
   * @param parentId the workflow that started it, or null
   * @param forkedFrom the workflow it was forked from, or null
   * @param scheduleName the schedule that started it, or null
   * @param caller for whom it was started
   */
  public record Origin(
      @Nullable String applicationName,
      @Nullable String applicationVersion,
      @Nullable String executorId,
      @Nullable String parentId,
      @Nullable String forkedFrom,
      @Nullable String scheduleName,
      Caller caller) {}

  /**
   * For whom a workflow was started.
   *
   * @param user the user, or null
   * @param assumedRole the role it was started with, or null
   * @param roles all roles of the user
   */
  public record Caller(@Nullable String user, @Nullable String assumedRole, List<String> roles) {
    /** Copies the roles. */
    public Caller {
      roles = List.copyOf(roles);
    }
  }

  /**
   * A workflow's attempts and times.
   *
   * @param stateText the stored state, also one that is {@link WorkflowState#UNKNOWN} here, or null
   * @param attempts how many times it was started or recovered
   * @param createdAt when it was started first
   * @param updatedAt when its row changed last
   * @param dequeuedAtOrNull when it was taken from its queue, or null
   * @param completedAtOrNull when it ended, or null
   * @param wasForked whether others were forked from it
   */
  public record Progress(
      @Nullable String stateText,
      long attempts,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant dequeuedAtOrNull,
      @Nullable Instant completedAtOrNull,
      boolean wasForked) {}

  /**
   * What a workflow was started with.
   *
   * @param className the class its body belongs to, where another implementation has one, or null
   * @param instanceName the instance its body belongs to, likewise, or null
   * @param timeoutOrNull how long it may take from when it begins to run, or null
   * @param deadlineOrNull when it is cancelled if it has not ended, or null
   * @param attributesText its attributes, as stored, or null
   * @param queueing how it is queued
   */
  public record Settings(
      @Nullable String className,
      @Nullable String instanceName,
      @Nullable Duration timeoutOrNull,
      @Nullable Instant deadlineOrNull,
      @Nullable String attributesText,
      Queueing queueing) {}

  /**
   * How a workflow is queued.
   *
   * @param queueName its queue, or null when it has none
   * @param priority lower goes first; 0, the default, before all others
   * @param deduplicationId what no other unended workflow of the queue has, or null
   * @param partitionKey the part of the queue it is in, or null
   * @param delayedUntilOrNull when it enters its queue, or null
   * @param debouncedUntilOrNull until when its start may at most be put off, or null
   */
  public record Queueing(
      @Nullable String queueName,
      int priority,
      @Nullable String deduplicationId,
      @Nullable String partitionKey,
      @Nullable Instant delayedUntilOrNull,
      @Nullable Instant debouncedUntilOrNull) {}

  /**
   * The recorded output or error, as stored; {@link Payload#NOTHING} before it ended.
   *
   * @throws IllegalStateException when the listing did not ask for it
   */
  public Payload outcome() {
    Payload outcome = content.outcomeOrNull();
    if (outcome == null) {
      throw notRead("outcome", "withOutputs()");
    }
    return outcome;
  }

  /**
   * The arguments, as stored.
   *
   * @throws IllegalStateException when the listing did not ask for them
   */
  public Payload input() {
    Payload input = content.inputOrNull();
    if (input == null) {
      throw notRead("input", "withInputs()");
    }
    return input;
  }

  private IllegalStateException notRead(String what, String how) {
    return new IllegalStateException(
        "The "
            + what
            + " of workflow "
            + id
            + " was not read. Ask with WorkflowQuery."
            + how
            + ".");
  }

  /**
   * The input; empty when it is null or there is none.
   *
   * @throws SerializationException when it is not a {@code type}, or in a format of another
   *     language; its text is in {@link #input()}
   * @throws IllegalStateException when the listing did not ask for it
   */
  public <T> Optional<T> input(Class<T> type) {
    return inputAs(type);
  }

  /** The input, of a generic type; see {@link #input(Class)}. */
  public <T> Optional<T> input(TypeRef<T> type) {
    return inputAs(type.type());
  }

  @SuppressWarnings("unchecked") // converted to that very type
  private <T> Optional<T> inputAs(Type type) {
    Payload input = input();
    requirePortable("input", input.format());
    return input.outputText() == null
        ? Optional.empty()
        : Optional.ofNullable((T) JSON.decodeArgument(input.outputText(), type));
  }

  /**
   * The output; empty when it is null, and when the workflow has none.
   *
   * @throws SerializationException when it is not a {@code type}, or in a format of another
   *     language; its text is in {@link #outcome()}
   * @throws IllegalStateException when the listing did not ask for it
   */
  public <T> Optional<T> output(Class<T> type) {
    return outputAs(type);
  }

  /** The output, of a generic type; see {@link #output(Class)}. */
  public <T> Optional<T> output(TypeRef<T> type) {
    return outputAs(type.type());
  }

  @SuppressWarnings("unchecked") // converted to that very type
  private <T> Optional<T> outputAs(Type type) {
    Payload outcome = outcome();
    if (outcome.outputText() == null) {
      return Optional.empty();
    }
    requirePortable("output", outcome.format());
    return Optional.ofNullable((T) JSON.decodeValue(outcome.outputText(), type));
  }

  private void requirePortable(String what, @Nullable String format) {
    if (format != null && !format.equals(PortableJson.PORTABLE_JSON)) {
      throw new SerializationException(
          "The "
              + what
              + " of workflow "
              + id
              + " is stored in format "
              + format
              + ", which is not "
              + PortableJson.PORTABLE_JSON
              + ". Its text can be had, but not a value.",
          null);
    }
  }

  /**
   * The exception it ended with; empty when it did not. An exception of the JDK is rebuilt; any
   * other is a {@link dev.dbos.error.StepFailedException} that names it and has its message, since
   * a listing loads nobody's classes. {@link WorkflowHandle#result()} throws the very one.
   *
   * @throws IllegalStateException when the listing did not ask for it
   */
  public Optional<Throwable> error() {
    return Optional.ofNullable(outcome().errorText()).map(ERRORS::decode);
  }

  /** Its attributes; empty when it has none, and when they cannot be read. */
  @SuppressWarnings("unchecked") // converted to that very type
  public Map<String, Object> attributes() {
    try {
      Object attributes = JSON.decodeValue(settings.attributesText(), ATTRIBUTES);
      return attributes == null ? Map.of() : (Map<String, Object>) attributes;
    } catch (SerializationException notAnObject) {
      return Map.of();
    }
  }

  /** Its place in a listing, to go on from. */
  public WorkflowCursor cursor() {
    return new WorkflowCursor(progress.createdAt(), id);
  }

  /** How many times it was started or recovered. */
  public long attempts() {
    return progress.attempts();
  }

  /** When it was started first. */
  public Instant createdAt() {
    return progress.createdAt();
  }

  /** When it was taken from its queue. */
  public Optional<Instant> dequeuedAt() {
    return Optional.ofNullable(progress.dequeuedAtOrNull());
  }

  /** When it ended. */
  public Optional<Instant> completedAt() {
    return Optional.ofNullable(progress.completedAtOrNull());
  }

  /** The workflow that started it. */
  public Optional<String> parentId() {
    return Optional.ofNullable(origin.parentId());
  }

  /** The workflow it was forked from. */
  public Optional<String> forkedFrom() {
    return Optional.ofNullable(origin.forkedFrom());
  }

  /** The process that runs or ran it. */
  public Optional<String> executorId() {
    return Optional.ofNullable(origin.executorId());
  }

  /** The user it was started for. */
  public Optional<String> user() {
    return Optional.ofNullable(origin.caller().user());
  }

  /** Its queue. */
  public Optional<String> queueName() {
    return Optional.ofNullable(settings.queueing().queueName());
  }

  /** Its priority in the queue: lower goes first, 0 before all others. */
  public int priority() {
    return settings.queueing().priority();
  }

  /** What no other unended workflow of its queue has. */
  public Optional<String> deduplicationId() {
    return Optional.ofNullable(settings.queueing().deduplicationId());
  }

  /** When it enters its queue. */
  public Optional<Instant> delayedUntil() {
    return Optional.ofNullable(settings.queueing().delayedUntilOrNull());
  }

  /** How long it may take from when it begins to run. */
  public Optional<Duration> timeout() {
    return Optional.ofNullable(settings.timeoutOrNull());
  }

  /** When it is cancelled if it has not ended. */
  public Optional<Instant> deadline() {
    return Optional.ofNullable(settings.deadlineOrNull());
  }
}
