package dev.dbos.internal.operations;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.MessageStore.MessageRow;
import dev.dbos.internal.store.Named;
import dev.dbos.internal.watch.Channel;
import dev.dbos.internal.watch.Topic;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Sends messages to workflows. */
public final class Messages {
  private static final String SEND = "DBOS.send";
  private static final String SEND_BULK = "DBOS.sendBulk";

  private final SystemAccess access;

  /** Messages to the workflows of a system database. */
  public Messages(SystemAccess access) {
    this.access = access;
  }

  /** Sends one message; in a workflow exactly once. */
  public void send(String operation, Message message) {
    post(operation, SEND, List.of(message));
  }

  /** Sends all messages or none; in a workflow exactly once. */
  public void sendAll(String operation, Collection<Message> messages) {
    Set<String> keys = new HashSet<>();
    for (Message message : messages) {
      message
          .idempotencyKey()
          .filter(key -> !keys.add(key))
          .ifPresent(
              key -> {
                throw new IllegalArgumentException(
                    operation
                        + " was given idempotency key "
                        + key
                        + " more than once. Give each message a key of its own, or none.");
              });
    }
    post(operation, SEND_BULK, List.copyOf(messages));
  }

  private void post(String operation, String stepName, List<Message> messages) {
    List<Letter> letters = letters(messages);
    if (Ambient.current() instanceof Ambient.InWorkflow workflow && access.isOf(workflow.scope())) {
      postAsStep(workflow.scope(), stepName, letters);
    } else {
      Recorded.<@Nullable Object>call(
          operation,
          stepName,
          Void.class,
          () -> {
            tell(
                access.systemDatabase().write(dsl -> Letter.deliver(dsl, letters, true).orThrow()));
            return StepCodec.asDeclared(null);
          });
    }
  }

  private void postAsStep(WorkflowScope scope, String stepName, List<Letter> letters) {
    int stepId = scope.takeStepId();
    Optional<Payload> earlier = scope.recorded(stepId, stepName);
    List<MessageRow> sent = new ArrayList<>();
    Payload counts =
        earlier.orElseGet(
            () ->
                scope.recordWith(
                    stepId,
                    stepName,
                    dsl -> {
                      sent.clear();
                      try {
                        sent.addAll(Letter.deliver(dsl, letters, true).orThrow());
                        return Payload.NOTHING;
                      } catch (UnknownWorkflowException unknown) {
                        return scope.codec().error(unknown);
                      }
                    }));
    tell(sent);
    scope.codec().<Object, RuntimeException>replay(counts);
  }

  private List<Letter> letters(List<Message> messages) {
    // In the order of the list: each destination gets its messages a millisecond apart.
    Map<String, Integer> places = new HashMap<>();
    List<Integer> place = new ArrayList<>();
    for (Message message : messages) {
      place.add(places.merge(message.destination(), 1, Integer::sum) - 1);
    }
    int most = place.stream().mapToInt(Integer::intValue).max().orElse(0);
    long first = access.times().sent().next(most + 1);
    List<Letter> letters = new ArrayList<>();
    for (int i = 0; i < messages.size(); i++) {
      letters.add(Letter.of(access.codec(), messages.get(i), first + place.get(i)));
    }
    return letters;
  }

  /** Others are told by the table's trigger, where there is one. */
  private void tell(List<MessageRow> sent) {
    for (MessageRow row : sent) {
      access
          .watcher()
          .changedHere(Topic.of(Channel.MESSAGES, new Named(row.destination(), row.topic())));
    }
  }
}
