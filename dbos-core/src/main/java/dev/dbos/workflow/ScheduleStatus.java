package dev.dbos.workflow;

import dev.dbos.serialization.PortableJson;
import dev.dbos.serialization.TypeRef;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How a schedule stands; also one that another implementation has made.
 *
 * @param name its name
 * @param timing when it is due
 * @param target what it starts
 * @param paused whether it is paused
 * @param lastFiredAtOrNull its last tick that started a workflow, or null
 * @param nextAtOrNull its next tick, or null when it is paused, or its expression is of a kind that
 *     only another implementation reads
 * @param applicationName the application whose workflows it starts, or null when a client of none
 *     made it
 */
public record ScheduleStatus(
    String name,
    Timing timing,
    Target target,
    boolean paused,
    @Nullable Instant lastFiredAtOrNull,
    @Nullable Instant nextAtOrNull,
    @Nullable String applicationName) {
  private static final PortableJson JSON = new PortableJson();

  /**
   * When a schedule is due.
   *
   * @param cron its cron expression
   * @param zone the name of the expression's time zone
   * @param misfire what is done about missed ticks
   */
  public record Timing(String cron, String zone, Misfire misfire) {}

  /**
   * What a schedule starts.
   *
   * @param workflowName the name of the workflow
   * @param queueNameOrNull the queue of its workflows, or null for none
   * @param contextText what each of its workflows gets, as it is stored
   */
  public record Target(String workflowName, @Nullable String queueNameOrNull, String contextText) {
    /** The queue of its workflows; empty for none. */
    public Optional<String> queueName() {
      return Optional.ofNullable(queueNameOrNull);
    }
  }

  /** Its last tick that started a workflow; empty when there was none. */
  public Optional<Instant> lastFiredAt() {
    return Optional.ofNullable(lastFiredAtOrNull);
  }

  /** Its next tick; empty when it is paused, or nobody here can read its expression. */
  public Optional<Instant> nextAt() {
    return Optional.ofNullable(nextAtOrNull);
  }

  /**
   * What each of its workflows gets; empty for nothing.
   *
   * @throws dev.dbos.error.SerializationException when it is not a {@code type}, or another
   *     implementation has written it
   */
  public <T> Optional<T> context(Class<T> type) {
    return contextAs(type);
  }

  /** The context, of a generic type; see {@link #context(Class)}. */
  public <T> Optional<T> context(TypeRef<T> type) {
    return contextAs(type.type());
  }

  @SuppressWarnings("unchecked") // converted to that very type
  private <T> Optional<T> contextAs(Type type) {
    return Optional.ofNullable((T) JSON.decodeValue(target.contextText(), type));
  }
}
