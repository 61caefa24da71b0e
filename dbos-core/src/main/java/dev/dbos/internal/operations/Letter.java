package dev.dbos.internal.operations;

import dev.dbos.error.SerializationException;
import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.store.MessageStore;
import dev.dbos.internal.store.MessageStore.MessageRow;
import dev.dbos.internal.text.TimeOrderedId;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.Message;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jooq.DSLContext;

/**
 * A message with what it is stored as.
 *
 * @param id its key, unique or of the sender's choice
 * @param destination the workflow it is for
 * @param forks whether the forks of that get it, too
 * @param topic as it is stored
 * @param payload its text and format
 * @param sentAtMillis its place among the others, epoch ms
 */
public record Letter(
    String id,
    String destination,
    boolean forks,
    String topic,
    Payload payload,
    long sentAtMillis) {

  /**
   * A message that is sent now.
   *
   * @throws SerializationException when the payload has no portable form, or is too large
   */
  public static Letter of(StepCodec codec, Message message, long sentAtMillis) {
    return new Letter(
        message.idempotencyKey().orElseGet(() -> TimeOrderedId.at(sentAtMillis)),
        message.destination(),
        message.includesForks(),
        MessageStore.topic(message.topic().orElse(null)),
        encode(codec, message),
        sentAtMillis);
  }

  private static Payload encode(StepCodec codec, Message message) {
    try {
      return codec.portableOutput(message.payload());
    } catch (SerializationException unstorable) {
      throw new SerializationException(
          "The message to workflow "
              + message.destination()
              + " cannot be sent: "
              + unstorable.getMessage(),
          unstorable);
    }
  }

  /**
   * What became of letters.
   *
   * @param rows those that are stored now, one for each recipient
   * @param unknown those for workflows that do not exist, of which nothing was written
   */
  public record Delivered(List<MessageRow> rows, List<Letter> unknown) {
    /**
     * Nothing but rows.
     *
     * @throws UnknownWorkflowException when there is no workflow for one of the letters
     */
    public List<MessageRow> orThrow() {
      if (!unknown.isEmpty()) {
        throw unknown.getFirst().unknown();
      }
      return rows;
    }
  }

  /**
   * Stores letters for those who exist; nothing is written when all of them must and one does not.
   */
  public static Delivered deliver(DSLContext dsl, Collection<Letter> letters, boolean allOrNone) {
    Map<Letter, Set<String>> recipients = new LinkedHashMap<>();
    for (Letter letter : letters) {
      Set<String> all = new LinkedHashSet<>();
      all.add(letter.destination());
      if (letter.forks()) {
        all.addAll(MessageStore.forksOf(dsl, letter.destination()));
      }
      recipients.put(letter, all);
    }
    Set<String> destinations = new LinkedHashSet<>();
    recipients.values().forEach(destinations::addAll);
    Set<String> existing = MessageStore.lockExisting(dsl, destinations);
    List<MessageRow> rows = new ArrayList<>();
    List<Letter> unknown = new ArrayList<>();
    recipients.forEach(
        (letter, all) -> {
          if (existing.contains(letter.destination())) {
            all.stream().filter(existing::contains).forEach(id -> rows.add(letter.to(id)));
          } else {
            unknown.add(letter);
          }
        });
    if (unknown.isEmpty() || !allOrNone) {
      MessageStore.insert(dsl, rows);
    }
    return new Delivered(rows, unknown);
  }

  /** Every recipient has a message of its own under the sender's one key. */
  private MessageRow to(String recipient) {
    return new MessageRow(id + "::" + recipient, recipient, topic, payload, sentAtMillis);
  }

  /** Says that there is nobody to get it. */
  public UnknownWorkflowException unknown() {
    return new UnknownWorkflowException(
        "There is no workflow with id "
            + destination
            + " in the system database, so nothing was sent to it. Start it first, or check the"
            + " id.",
        destination);
  }
}
