package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.STREAMS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;

import dev.dbos.serialization.Payload;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.jooq.DSLContext;
import org.jooq.Record2;
import org.jspecify.annotations.Nullable;

/** The streams of workflows. */
public final class StreamStore {
  /** The last entry of a closed stream: this word as a JSON string. */
  private static final String CLOSED = "__DBOS_STREAM_CLOSED__";

  private static final String CLOSED_JSON = '"' + CLOSED + '"';

  /** What the last entry of a closed stream holds. */
  public static final Payload END = Payload.output(CLOSED_JSON, PortableJson.PORTABLE_JSON);

  /** How often another writer may be first to the same offset before that counts as odd. */
  private static final int MAX_ATTEMPTS = 1_000;

  private StreamStore() {}

  /**
   * What lies in a stream from some offset on, and how its workflow stood at that moment.
   *
   * @param state how the workflow stands
   * @param values the values, without gaps
   */
  public record Found(WorkflowState state, List<Payload> values) {}

  /**
   * An entry's place.
   *
   * @param stream the stream
   * @param offset its position, from 0
   */
  public record Place(Named stream, int offset) {}

  /** Whether an entry is the end of its stream; one implementation writes it without quotes. */
  public static boolean isEnd(Payload value) {
    return CLOSED_JSON.equals(value.outputText()) || CLOSED.equals(value.outputText());
  }

  /**
   * Appends a value.
   *
   * @return its offset, or empty when the stream was closed
   */
  public static OptionalInt append(
      DSLContext dsl, String workflowId, int stepId, String key, Payload value) {
    for (int attempt = 1; ; attempt++) {
      Optional<Record2<Integer, String>> last = last(dsl, workflowId, key);
      if (last.isPresent() && isEnd(Payload.output(last.get().value2(), ""))) {
        return OptionalInt.empty();
      }
      int offset = last.map(row -> row.value1() + 1).orElse(0);
      int inserted =
          dsl.insertInto(STREAMS)
              .set(STREAMS.WORKFLOW_UUID, workflowId)
              .set(STREAMS.KEY, key)
              .set(STREAMS.OFFSET, offset)
              .set(STREAMS.FUNCTION_ID, stepId)
              .set(STREAMS.VALUE, value.outputText())
              .set(STREAMS.SERIALIZATION, value.format())
              .onConflictDoNothing()
              .execute();
      if (inserted == 1) {
        return OptionalInt.of(offset);
      }
      if (attempt == MAX_ATTEMPTS) {
        throw new IllegalStateException(
            "Stream " + key + " of workflow " + workflowId + " is written to by too many at once.");
      }
    }
  }

  private static Optional<Record2<Integer, String>> last(
      DSLContext dsl, String workflowId, String key) {
    return dsl.select(STREAMS.OFFSET, STREAMS.VALUE)
        .from(STREAMS)
        .where(STREAMS.WORKFLOW_UUID.eq(workflowId))
        .and(STREAMS.KEY.eq(key))
        .orderBy(STREAMS.OFFSET.desc())
        .limit(1)
        .fetchOptional();
  }

  /**
   * Up to {@code limit} values from {@code offset} on, and their workflow, at one moment. Empty
   * when there is no such workflow.
   */
  public static Optional<Found> read(DSLContext dsl, Place from, int limit) {
    WorkflowState[] state = new WorkflowState[1];
    List<Payload> values = new ArrayList<>();
    dsl.select(WORKFLOW_STATUS.STATUS, STREAMS.OFFSET, STREAMS.VALUE, STREAMS.SERIALIZATION)
        .from(WORKFLOW_STATUS)
        .leftJoin(STREAMS)
        .on(
            STREAMS
                .WORKFLOW_UUID
                .eq(WORKFLOW_STATUS.WORKFLOW_UUID)
                .and(STREAMS.KEY.eq(from.stream().name()))
                .and(STREAMS.OFFSET.ge(from.offset())))
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(from.stream().workflowId()))
        .orderBy(STREAMS.OFFSET)
        .limit(limit)
        .forEach(
            row -> {
              state[0] = WorkflowState.of(row.value1());
              Integer offset = row.value2();
              if (offset != null && offset == from.offset() + values.size()) {
                values.add(payload(row.value3(), row.value4()));
              }
            });
    return Optional.ofNullable(state[0]).map(found -> new Found(found, values));
  }

  /** Which of these entries exist. */
  public static List<Place> present(DSLContext dsl, Collection<Place> places) {
    return dsl.select(STREAMS.WORKFLOW_UUID, STREAMS.KEY, STREAMS.OFFSET)
        .from(STREAMS)
        .where(
            Chunks.among(
                dsl,
                STREAMS.WORKFLOW_UUID,
                places.stream().map(place -> place.stream().workflowId()).distinct().toList()))
        .and(
            Chunks.among(
                dsl,
                STREAMS.KEY,
                places.stream().map(place -> place.stream().name()).distinct().toList()))
        .and(STREAMS.OFFSET.in(places.stream().map(Place::offset).distinct().toList()))
        .fetch(row -> new Place(new Named(row.value1(), row.value2()), row.value3()));
  }

  private static Payload payload(String text, @Nullable String format) {
    return new Payload(text, null, format);
  }
}
