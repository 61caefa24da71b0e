package dev.dbos.internal.operations;

import dev.dbos.error.SerializationException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.context.Ambient;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.store.MessageStore;
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
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jooq.DSLContext;
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

  /** A message with what it is stored as. */
  private record Letter(Message message, String id, String topic, Payload payload, long sentAt) {
    MessageRow to(String destination) {
      // Every recipient has a message of its own under the sender's one key.
      return new MessageRow(id + "::" + destination, destination, topic, payload, sentAt);
    }
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
            tell(access.systemDatabase().write(dsl -> insert(dsl, letters)));
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
                        sent.addAll(insert(dsl, letters));
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
      Message message = messages.get(i);
      letters.add(
          new Letter(
              message,
              message.idempotencyKey().orElseGet(() -> UUID.randomUUID().toString()),
              MessageStore.topic(message.topic().orElse(null)),
              encode(message),
              first + place.get(i)));
    }
    return letters;
  }

  private Payload encode(Message message) {
    try {
      return access.codec().portableOutput(message.payload());
    } catch (SerializationException unstorable) {
      throw new SerializationException(
          "The message to workflow "
              + message.destination()
              + " cannot be sent: "
              + unstorable.getMessage(),
          unstorable);
    }
  }

  private static List<MessageRow> insert(DSLContext dsl, List<Letter> letters) {
    Map<Letter, Set<String>> recipients = new LinkedHashMap<>();
    for (Letter letter : letters) {
      Set<String> all = new LinkedHashSet<>();
      all.add(letter.message().destination());
      if (letter.message().includesForks()) {
        all.addAll(MessageStore.forksOf(dsl, letter.message().destination()));
      }
      recipients.put(letter, all);
    }
    Set<String> destinations = new LinkedHashSet<>();
    recipients.values().forEach(destinations::addAll);
    Set<String> existing = MessageStore.lockExisting(dsl, destinations);
    List<MessageRow> rows = new ArrayList<>();
    recipients.forEach(
        (letter, all) -> {
          requireExists(letter.message(), existing);
          all.stream().filter(existing::contains).forEach(id -> rows.add(letter.to(id)));
        });
    MessageStore.insert(dsl, rows);
    return rows;
  }

  private static void requireExists(Message message, Set<String> existing) {
    if (!existing.contains(message.destination())) {
      throw new UnknownWorkflowException(
          "There is no workflow with id "
              + message.destination()
              + " in the system database, so nothing was sent to it. Start it first, or check the"
              + " id.",
          message.destination());
    }
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
