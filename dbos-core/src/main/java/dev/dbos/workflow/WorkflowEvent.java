package dev.dbos.workflow;

import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.serialization.TypeRef;
import java.lang.reflect.Type;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/** A value a workflow has published under a key, as the system database holds it. Immutable. */
public final class WorkflowEvent {
  private final String key;
  private final Payload payload;
  private final @Nullable Integer stepId;

  /** An event; its step is null where only its latest value is known. */
  public WorkflowEvent(String key, Payload payload, @Nullable Integer stepId) {
    this.key = key;
    this.payload = payload;
    this.stepId = stepId;
  }

  /** Its key. */
  public String key() {
    return key;
  }

  /** The value, as stored; readable in any language when it is portable JSON. */
  public Payload payload() {
    return payload;
  }

  /** The step that set it, in a history; empty for the latest value of a key. */
  public OptionalInt stepId() {
    return stepId == null ? OptionalInt.empty() : OptionalInt.of(stepId);
  }

  /**
   * The value by its type; empty when it is null.
   *
   * @throws dev.dbos.error.SerializationException when it was not written as portable JSON or does
   *     not convert to {@code type}
   */
  public <T> Optional<T> value(Class<T> type) {
    return decode(type);
  }

  /**
   * The value by a generic type; empty when it is null.
   *
   * @throws dev.dbos.error.SerializationException when it was not written as portable JSON or does
   *     not convert to {@code type}
   */
  public <T> Optional<T> value(TypeRef<T> type) {
    return decode(type.type());
  }

  @SuppressWarnings("unchecked") // decoded as this very type
  private <T> Optional<T> decode(Type type) {
    return Optional.ofNullable((T) PortableJson.decode(payload, "Event " + key, type));
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof WorkflowEvent that
        && key.equals(that.key)
        && payload.equals(that.payload)
        && Objects.equals(stepId, that.stepId);
  }

  @Override
  public int hashCode() {
    return Objects.hash(key, payload, stepId);
  }

  @Override
  public String toString() {
    return "event " + key + (stepId == null ? "" : " of step " + stepId);
  }
}
