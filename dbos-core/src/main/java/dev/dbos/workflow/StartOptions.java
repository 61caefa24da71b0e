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
 * How a workflow is started; by default with a random id, without attributes, and with the deadline
 * of the workflow that starts it, if there is one. Immutable.
 */
public final class StartOptions {
  /** A random id, and the deadline of the parent. */
  public static final StartOptions DEFAULT =
      new StartOptions(null, Limit.Inherited.ONE, null, Identity.NOBODY);

  private static final PortableJson JSON = new PortableJson();

  private final @Nullable String id;
  private final Limit limit;
  private final @Nullable String attributes;
  private final Identity identity;

  private StartOptions(
      @Nullable String id, Limit limit, @Nullable String attributes, Identity identity) {
    this.id = id;
    this.limit = limit;
    this.attributes = attributes;
    this.identity = identity;
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

  /**
   * Starts under this id. Starting twice with one id is the same run: the second start returns a
   * handle on the first and ignores its input.
   *
   * @throws IllegalArgumentException when {@code id} is blank, takes more than 1,250 bytes, or holds
   *     a NUL character
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
    return new StartOptions(workflowId, limit, attributes, identity);
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
    return new StartOptions(id, new Limit.Timeout(timeout), attributes, identity);
  }

  /**
   * Cancels the workflow when it has not ended by then. One that is in the past already cancels it
   * before it runs. Replaces any other limit, that of the parent included.
   */
  public StartOptions withDeadline(Instant deadline) {
    return new StartOptions(id, new Limit.Deadline(deadline), attributes, identity);
  }

  /** Lets a child go on past the deadline of its parent. */
  public StartOptions withoutTimeout() {
    return new StartOptions(id, Limit.Unlimited.ONE, attributes, identity);
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
    return new StartOptions(id, limit, json, identity);
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
        new Identity(StoredName.require("user", user), identity.role(), List.of(roles)));
  }

  /** The role in which the workflow runs; recorded, and handed down to children. */
  public StartOptions withAssumedRole(String role) {
    return new StartOptions(
        id,
        limit,
        attributes,
        new Identity(identity.user(), StoredName.require("role", role), identity.roles()));
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
}
