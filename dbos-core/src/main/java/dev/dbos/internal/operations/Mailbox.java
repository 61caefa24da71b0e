package dev.dbos.internal.operations;

import dev.dbos.error.SerializationException;
import dev.dbos.internal.context.PortableValues;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.MessageStore;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.watch.Condition;
import dev.dbos.internal.watch.Watch;
import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one running workflow on one topic.
 *
 * <p>A message is taken in the transaction that records the step which received it. So whoever
 * crashes before has not received it, and whoever crashes afterwards gets the same one on replay.
 * Only the one thread of the body receives, so no two can be at the same message.
 */
public final class Mailbox {
  private static final String RECEIVE = "DBOS.recv";

  private final SystemAccess access;
  private final WorkflowScope scope;
  private final Named address;

  /** The messages of {@code scope}'s workflow on a topic; null for those without one. */
  public Mailbox(SystemAccess access, WorkflowScope scope, @Nullable String topic) {
    this.access = access;
    this.scope = scope;
    this.address = new Named(scope.workflowId(), MessageStore.topic(topic));
  }

  /** Thrown to leave a transaction in which there was nothing to take. */
  private static final class NothingThere extends RuntimeException {
    private static final long serialVersionUID = 1L;

    NothingThere() {
      super("no message", null, false, false);
    }
  }

  /** Receives the next message, or nothing when none comes in time. */
  @SuppressWarnings("unchecked") // decoded as this very type
  public <T> Optional<T> receive(Type type, Duration timeout) {
    int stepId = scope.takeStepId();
    int timeoutId = scope.takeStepId();
    Payload counts =
        scope
            .recorded(stepId, RECEIVE)
            .orElseGet(() -> await(stepId, type, Patience.durable(scope, timeoutId, timeout)));
    if (counts.isError()) {
      return scope.codec().<Optional<T>, RuntimeException>replay(counts);
    }
    return Optional.ofNullable((T) decode(counts, type));
  }

  private Payload await(int stepId, Type type, Patience patience) {
    for (boolean told = false; ; told = true) {
      try (Watch watch = access.watcher().watch(new Condition.Message(address))) {
        if (told || patience.read(access, this::isWaiting)) {
          Optional<Payload> taken = take(stepId, type);
          if (taken.isPresent()) {
            return taken.get();
          }
        }
        if (!patience.await(watch.told())) {
          return takeOrGiveUp(stepId, type);
        }
      }
    }
  }

  private boolean isWaiting(DSLContext dsl) {
    return MessageStore.isWaiting(dsl, address.workflowId(), address.name());
  }

  private Optional<Payload> take(int stepId, Type type) {
    try {
      return Optional.of(
          scope.recordWith(stepId, RECEIVE, dsl -> next(dsl, type).orElseThrow(NothingThere::new)));
    } catch (NothingThere nothing) {
      return Optional.empty();
    }
  }

  private Payload takeOrGiveUp(int stepId, Type type) {
    return scope.recordWith(
        stepId, RECEIVE, dsl -> next(dsl, type).orElseGet(() -> PortableValues.output(null)));
  }

  /** A message that cannot be read stays where it is, for who asks for the right type. */
  private Optional<Payload> next(DSLContext dsl, Type type) {
    try {
      return MessageStore.take(
          dsl, address.workflowId(), address.name(), message -> decode(message, type));
    } catch (SerializationException unreadable) {
      return Optional.of(
          scope
              .codec()
              .error(
                  new SerializationException(
                      unreadable.getMessage()
                          + " It stays the next message of workflow "
                          + scope.workflowId()
                          + " on its topic; receive it as another type.",
                      null)));
    }
  }

  private static @Nullable Object decode(Payload message, Type type) {
    return PortableJson.decode(message, "The message", type);
  }
}
