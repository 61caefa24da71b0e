package dev.dbos.workflow;

import dev.dbos.internal.text.StoredName;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message to a workflow. Immutable; each {@code with} method returns a changed copy.
 *
 * <p>Messages of one sender on one topic are received in the order in which they were sent. The
 * payload is stored as portable JSON, which implementations in other languages read, too.
 */
public final class Message {
  private final String destination;
  private final @Nullable Object payload;
  private final @Nullable String topic;
  private final @Nullable String idempotencyKey;
  private final boolean forks;

  private Message(
      String destination,
      @Nullable Object payload,
      @Nullable String topic,
      @Nullable String idempotencyKey,
      boolean forks) {
    this.destination = destination;
    this.payload = payload;
    this.topic = topic;
    this.idempotencyKey = idempotencyKey;
    this.forks = forks;
  }

  /** A message without a topic, to the workflow with this id, whether it runs or not. */
  public static Message to(String workflowId, @Nullable Object payload) {
    return new Message(StoredName.require("workflow id", workflowId), payload, null, null, false);
  }

  /** On a topic: only those who receive on it get the message. */
  public Message withTopic(String newTopic) {
    return new Message(
        destination, payload, StoredName.require("topic", newTopic), idempotencyKey, forks);
  }

  /**
   * With a key of the sender's choice: a second message with the same key and destination is
   * dropped, whoever sends it and whatever is in it.
   */
  public Message withIdempotencyKey(String key) {
    return new Message(
        destination, payload, topic, StoredName.require("idempotency key", key), forks);
  }

  /** To the workflow and to all its forks, the forks of those, and so on. */
  public Message withForks() {
    return new Message(destination, payload, topic, idempotencyKey, true);
  }

  /** The id of the workflow that gets it. */
  public String destination() {
    return destination;
  }

  /** What is in it. */
  public @Nullable Object payload() {
    return payload;
  }

  /** The topic; empty for none. */
  public Optional<String> topic() {
    return Optional.ofNullable(topic);
  }

  /** The key; empty when it has none and is always delivered. */
  public Optional<String> idempotencyKey() {
    return Optional.ofNullable(idempotencyKey);
  }

  /** Whether forks get it, too. */
  public boolean includesForks() {
    return forks;
  }

  @Override
  public String toString() {
    return "message to " + destination + (topic == null ? "" : " on topic " + topic);
  }
}
