package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.cast;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.context.StartColumn;
import dev.dbos.internal.context.StartColumn.Extent;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.migration.PayloadLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.RowN;
import org.jooq.SQLDialect;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * Puts workflows into queues, on whatever transaction of the system database: ours or a user's.
 * What is there already is left alone, so it may be repeated.
 */
public final class EnqueueStore {
  /** How many rows one statement takes; each has about thirty parameters. */
  private static final int MOST_AT_ONCE = 500;

  /** The characters of their inputs; a server takes 1 GB at once, and memory holds it twice. */
  private static final long MOST_LENGTH = 8L << 20;

  private static final int MAX_ATTEMPTS = 100;

  private EnqueueStore() {}

  /**
   * Inserts rows that are placed in queues; says in their order what became of each. Two rows with
   * one id are one workflow.
   */
  public static List<Enqueued> insert(DSLContext dsl, List<StartRow> rows) {
    List<Enqueued> results = new ArrayList<>(rows.size());
    for (int from = 0; from < rows.size(); ) {
      List<StartRow> part = rows.subList(from, endOfPart(rows, from));
      results.addAll(insertPart(dsl, part));
      from += part.size();
    }
    return results;
  }

  /**
   * Inserts a row by a single statement.
   *
   * @return false when nothing was inserted, and {@link #insert} has to find out why
   */
  public static boolean insertAlone(DSLContext dsl, StartRow row) {
    return PayloadStore.layout(dsl) == PayloadLayout.IN_ROWS
        && !insertNew(dsl, List.of(row)).isEmpty();
  }

  /** At least one row, however large. */
  private static int endOfPart(List<StartRow> rows, int from) {
    long length = rows.get(from).inputs().length();
    int end = from + 1;
    while (end < rows.size() && end < from + MOST_AT_ONCE) {
      length += rows.get(end).inputs().length();
      if (length > MOST_LENGTH) {
        break;
      }
      end++;
    }
    return end;
  }

  private static List<Enqueued> insertPart(DSLContext dsl, List<StartRow> rows) {
    Map<String, Enqueued> known = new HashMap<>();
    List<StartRow> left = rows;
    for (int attempt = 1; ; attempt++) {
      Set<String> inserted = insertNew(dsl, left);
      PayloadStore.copyInputs(dsl, inserted);
      inserted.forEach(id -> known.put(id, Enqueued.Inserted.ONE));
      left = left.stream().filter(row -> !known.containsKey(row.workflowId())).toList();
      if (!left.isEmpty()) {
        known.putAll(obstacles(dsl, left));
        left = left.stream().filter(row -> !known.containsKey(row.workflowId())).toList();
      }
      if (left.isEmpty()) {
        return rows.stream().map(row -> known.get(row.workflowId())).toList();
      }
      // Whoever was in the way was gone when it was looked for.
      if (attempt == MAX_ATTEMPTS) {
        throw new IllegalStateException(
            "Workflow "
                + left.getFirst().workflowId()
                + " could not be put into queue "
                + left.getFirst().queued().queueName()
                + ": again and again another one was in its way and then gone. Try again.");
      }
    }
  }

  private static Set<String> insertNew(DSLContext dsl, List<StartRow> rows) {
    if (dsl.dialect() == SQLDialect.SQLITE) {
      // jOOQ answers RETURNING on SQLite with the row inserted last, be it this one or not.
      return rows.stream()
          .filter(
              row ->
                  dsl.insertInto(WORKFLOW_STATUS)
                          .set(values(dsl, row))
                          .onConflictDoNothing()
                          .execute()
                      == 1)
          .map(StartRow::workflowId)
          .collect(Collectors.toSet());
    }
    List<Map<Field<?>, Field<?>>> values = rows.stream().map(row -> values(dsl, row)).toList();
    RowN[] all =
        values.stream().map(value -> row(new ArrayList<>(value.values()))).toArray(RowN[]::new);
    return new HashSet<>(
        dsl.insertInto(WORKFLOW_STATUS)
            .columns(values.getFirst().keySet())
            .valuesOfRows(all)
            .onConflictDoNothing()
            .returning(WORKFLOW_STATUS.WORKFLOW_UUID)
            .fetch(WORKFLOW_STATUS.WORKFLOW_UUID));
  }

  /** What kept rows out, by their ids. */
  private static Map<String, Enqueued> obstacles(DSLContext dsl, List<StartRow> rows) {
    Map<String, Enqueued> found = new HashMap<>();
    dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.NAME)
        .from(WORKFLOW_STATUS)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.in(rows.stream().map(StartRow::workflowId).toList()))
        .forEach(row -> found.put(row.value1(), new Enqueued.Present(row.value2())));
    List<StartRow> others =
        rows.stream()
            .filter(row -> !found.containsKey(row.workflowId()))
            .filter(row -> row.queued().deduplicationId() != null)
            .toList();
    Map<Slot, String> holders = holders(dsl, others);
    for (StartRow row : others) {
      String holder =
          holders.get(new Slot(row.queued().queueName(), row.queued().deduplicationId()));
      if (holder != null) {
        found.put(row.workflowId(), new Enqueued.Deduplicated(holder));
      }
    }
    return found;
  }

  /** What only one workflow may have. */
  private record Slot(@Nullable String queueName, @Nullable String deduplicationId) {}

  private static Map<Slot, String> holders(DSLContext dsl, Collection<StartRow> rows) {
    if (rows.isEmpty()) {
      return Map.of();
    }
    Map<Slot, String> holders = new HashMap<>();
    dsl.select(
            WORKFLOW_STATUS.QUEUE_NAME,
            WORKFLOW_STATUS.DEDUPLICATION_ID,
            WORKFLOW_STATUS.WORKFLOW_UUID)
        .from(WORKFLOW_STATUS)
        .where(
            WORKFLOW_STATUS.DEDUPLICATION_ID.in(
                rows.stream().map(row -> row.queued().deduplicationId()).toList()))
        .and(
            WORKFLOW_STATUS.QUEUE_NAME.in(
                rows.stream().map(row -> row.queued().queueName()).distinct().toList()))
        .forEach(row -> holders.put(new Slot(row.value1(), row.value2()), row.value3()));
    return holders;
  }

  /** The values of a row by their columns, in one order for all rows. */
  private static Map<Field<?>, Field<?>> values(DSLContext dsl, StartRow row) {
    Map<Field<?>, Field<?>> values = new LinkedHashMap<>();
    for (StartColumn column : StartColumn.of(Extent.PLACES)) {
      values.put(column.target(), value(dsl, column, row));
    }
    return values;
  }

  private static Field<?> value(DSLContext dsl, StartColumn column, StartRow row) {
    Object value = column.value().apply(row);
    return dsl.dialect() != SQLDialect.SQLITE && column.target().equals(WORKFLOW_STATUS.ATTRIBUTES)
        ? cast(val(value, SQLDataType.CLOB), SQLDataType.JSONB)
        : val(value, column.target());
  }
}
