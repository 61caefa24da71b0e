package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.NOTIFICATIONS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;

import dev.dbos.serialization.Payload;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.SQLDialect;
import org.jooq.Select;
import org.jooq.SelectConditionStep;
import org.jspecify.annotations.Nullable;

/** The messages that workflows get. */
public final class MessageStore {
  /** What is stored for a message without a topic. */
  private static final String NO_TOPIC = "__null__topic__";

  private MessageStore() {}

  /**
   * A message on its way to one workflow.
   *
   * @param id what makes it this message: a second one of the same id is dropped
   * @param destination the workflow that gets it
   * @param topic as {@link #topic} gives it
   * @param payload its text and format
   * @param createdAtMillis its place among the others, epoch ms
   */
  public record MessageRow(
      String id, String destination, String topic, Payload payload, long createdAtMillis) {}

  /** The column's value for a topic. */
  public static String topic(@Nullable String topic) {
    return topic == null ? NO_TOPIC : topic;
  }

  /** Stores messages whose destinations exist; those that are there already are left alone. */
  public static void insert(DSLContext dsl, Collection<MessageRow> messages) {
    for (List<MessageRow> part : Chunks.of(messages)) {
      var insert =
          dsl.insertInto(
              NOTIFICATIONS,
              NOTIFICATIONS.MESSAGE_UUID,
              NOTIFICATIONS.DESTINATION_UUID,
              NOTIFICATIONS.TOPIC,
              NOTIFICATIONS.MESSAGE,
              NOTIFICATIONS.SERIALIZATION,
              NOTIFICATIONS.CREATED_AT_EPOCH_MS,
              NOTIFICATIONS.CONSUMED);
      for (MessageRow row : part) {
        insert =
            insert.values(
                row.id(),
                row.destination(),
                row.topic(),
                row.payload().outputText(),
                row.payload().format(),
                row.createdAtMillis(),
                false);
      }
      insert.onConflictDoNothing().execute();
    }
  }

  /** Those of {@code workflowIds} that exist. Nobody deletes them before this transaction ends. */
  public static Set<String> lockExisting(DSLContext dsl, Collection<String> workflowIds) {
    Set<String> existing = new HashSet<>();
    for (List<String> part : Chunks.of(workflowIds)) {
      SelectConditionStep<Record1<String>> rows =
          dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
              .from(WORKFLOW_STATUS)
              .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, part));
      Select<Record1<String>> locked =
          dsl.dialect() == SQLDialect.SQLITE ? rows : rows.forKeyShare();
      existing.addAll(locked.fetch(WORKFLOW_STATUS.WORKFLOW_UUID));
    }
    return existing;
  }

  /** The forks of a workflow, the forks of those, and so on. */
  public static Set<String> forksOf(DSLContext dsl, String workflowId) {
    Set<String> forks = new LinkedHashSet<>();
    List<String> level = List.of(workflowId);
    while (!level.isEmpty()) {
      List<String> next = new ArrayList<>();
      for (List<String> part : Chunks.of(level)) {
        dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(Chunks.among(dsl, WORKFLOW_STATUS.FORKED_FROM, part))
            .orderBy(WORKFLOW_STATUS.WORKFLOW_UUID)
            .forEach(row -> next.add(row.value1()));
      }
      next.removeIf(id -> id.equals(workflowId) || !forks.add(id));
      level = next;
    }
    return forks;
  }

  /** Whether there is a message that was not received yet. */
  public static boolean isWaiting(DSLContext dsl, String destination, String topic) {
    return dsl.fetchExists(unread(dsl, destination, topic));
  }

  /**
   * Takes the oldest message: nobody receives it again.
   *
   * @param check sees it first; what that throws leaves the message as it was
   */
  public static Optional<Payload> take(
      DSLContext dsl, String destination, String topic, Consumer<Payload> check) {
    Optional<Record> oldest =
        unread(dsl, destination, topic)
            .orderBy(NOTIFICATIONS.CREATED_AT_EPOCH_MS, NOTIFICATIONS.MESSAGE_UUID)
            .limit(1)
            .fetchOptional(row -> row);
    oldest.ifPresent(
        row -> {
          check.accept(payload(row));
          dsl.update(NOTIFICATIONS)
              .set(NOTIFICATIONS.CONSUMED, true)
              .where(NOTIFICATIONS.MESSAGE_UUID.eq(row.get(NOTIFICATIONS.MESSAGE_UUID)))
              .execute();
        });
    return oldest.map(MessageStore::payload);
  }

  /** Which of these workflows have messages they did not receive yet, and on which topics. */
  public static List<Named> waiting(DSLContext dsl, Collection<String> destinations) {
    return dsl.selectDistinct(NOTIFICATIONS.DESTINATION_UUID, NOTIFICATIONS.TOPIC)
        .from(NOTIFICATIONS)
        .where(Chunks.among(dsl, NOTIFICATIONS.DESTINATION_UUID, destinations))
        .and(NOTIFICATIONS.CONSUMED.isFalse())
        .fetch(row -> new Named(row.value1(), row.value2()));
  }

  private static SelectConditionStep<? extends Record> unread(
      DSLContext dsl, String destination, String topic) {
    return dsl.select(
            NOTIFICATIONS.MESSAGE_UUID, NOTIFICATIONS.MESSAGE, NOTIFICATIONS.SERIALIZATION)
        .from(NOTIFICATIONS)
        .where(NOTIFICATIONS.DESTINATION_UUID.eq(destination))
        .and(NOTIFICATIONS.TOPIC.eq(topic))
        .and(NOTIFICATIONS.CONSUMED.isFalse());
  }

  private static Payload payload(Record row) {
    return new Payload(row.get(NOTIFICATIONS.MESSAGE), null, row.get(NOTIFICATIONS.SERIALIZATION));
  }
}
