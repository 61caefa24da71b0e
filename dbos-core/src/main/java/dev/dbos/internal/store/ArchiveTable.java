package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.NOTIFICATIONS;
import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.STREAMS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_EVENTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_EVENTS_HISTORY;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.cast;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.val;

import dev.dbos.internal.migration.PayloadLayout;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ObjLongConsumer;
import org.jooq.Condition;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertValuesStepN;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Record2;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.TableField;
import org.jooq.impl.SQLDataType;
import org.jspecify.annotations.Nullable;

/**
 * A table whose rows can be carried from one system database to another, of whatever product, as
 * maps from columns to texts, numbers and truth values.
 *
 * @param table the table
 * @param key the column that says whose rows they are
 */
public record ArchiveTable(Table<?> table, Field<String> key) {
  /** The rows of workflows themselves. */
  public static final ArchiveTable WORKFLOWS = of(WORKFLOW_STATUS.WORKFLOW_UUID);

  /** What belongs to a workflow, in the order in which it has to be inserted after that. */
  public static final List<ArchiveTable> OF_A_WORKFLOW =
      List.of(
          of(OPERATION_OUTPUTS.WORKFLOW_UUID),
          of(WORKFLOW_EVENTS.WORKFLOW_UUID),
          of(WORKFLOW_EVENTS_HISTORY.WORKFLOW_UUID),
          of(STREAMS.WORKFLOW_UUID),
          of(NOTIFICATIONS.DESTINATION_UUID));

  private static final int ROWS_AT_ONCE = 200;
  private static final int TEXT_AT_ONCE = 1 << 22;

  private static ArchiveTable of(TableField<?, String> key) {
    return new ArchiveTable(key.getTable(), key);
  }

  /** A table by its generated form. */
  static ArchiveTable of(Table<?> table, Field<String> key) {
    return new ArchiveTable(table, key);
  }

  /** The table's name. */
  public String name() {
    return table.getName();
  }

  /** The column of a name, or null when there is none. */
  public @Nullable Field<?> column(String name) {
    return table.field(name);
  }

  /** Whose row it is. */
  public String keyOf(Map<String, ?> row) {
    return String.valueOf(row.get(key.getName()));
  }

  /** The rows of these workflows. */
  public List<Map<String, Object>> rowsOf(DSLContext dsl, Collection<String> workflowIds) {
    List<Map<String, Object>> rows = new ArrayList<>();
    for (List<String> part : Chunks.of(workflowIds)) {
      read(dsl, Chunks.among(dsl, key, part), rows::add);
    }
    return rows;
  }

  /** Hands over all rows, one after the other; where it can the database keeps those to come. */
  public void readAll(DSLContext dsl, Consumer<Map<String, Object>> use) {
    read(dsl, noCondition(), use);
  }

  /** Hands over the workflows of all rows, with their incarnations. */
  public static void readKeys(DSLContext dsl, ObjLongConsumer<String> use) {
    try (Cursor<Record2<String, Long>> rows =
        dsl.select(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.CREATED_AT)
            .from(WORKFLOW_STATUS)
            .orderBy(WORKFLOW_STATUS.WORKFLOW_UUID)
            .fetchSize(ROWS_AT_ONCE)
            .fetchLazy()) {
      rows.forEach(row -> use.accept(row.value1(), row.value2()));
    }
  }

  private void read(DSLContext dsl, Condition which, Consumer<Map<String, Object>> use) {
    List<Field<?>> columns = sources(dsl);
    try (Cursor<? extends Record> rows =
        dsl.select(columns)
            .from(table)
            .where(which)
            .orderBy(table.getPrimaryKey().getFields())
            .fetchSize(ROWS_AT_ONCE)
            .fetchLazy()) {
      for (Record row : rows) {
        Map<String, Object> values = new LinkedHashMap<>();
        for (Field<?> column : columns) {
          Object value = row.get(column);
          if (value != null) {
            values.put(column.getName(), value);
          }
        }
        use.accept(values);
      }
    }
  }

  private List<Field<?>> columns(DSLContext dsl) {
    List<Field<?>> columns = new ArrayList<>(List.of(table.fields()));
    columns.replaceAll(column -> column.getType() == JSONB.class ? text(dsl, column) : column);
    return columns;
  }

  /** What to read for the columns; inputs and outcomes may be elsewhere. */
  private List<Field<?>> sources(DSLContext dsl) {
    PayloadLayout layout = PayloadStore.layout(dsl);
    List<Field<?>> sources = columns(dsl);
    sources.replaceAll(
        column -> {
          if (column.equals(WORKFLOW_STATUS.INPUTS)) {
            return PayloadStore.inputs(layout);
          }
          if (column.equals(WORKFLOW_STATUS.OUTPUT)) {
            return PayloadStore.output(layout);
          }
          return column.equals(WORKFLOW_STATUS.ERROR) ? PayloadStore.error(layout) : column;
        });
    return sources;
  }

  /** SQLite keeps the text itself. */
  private static Field<String> text(DSLContext dsl, Field<?> json) {
    return dsl.dialect() == SQLDialect.SQLITE
        ? field(json.getUnqualifiedName(), SQLDataType.CLOB)
        : cast(json, SQLDataType.CLOB).as(json.getUnqualifiedName());
  }

  /** How many rows there are. */
  public long count(DSLContext dsl) {
    return dsl.fetchCount(table);
  }

  /** Inserts rows; a column that a row does not have is null. */
  public int insert(DSLContext dsl, List<Map<String, Object>> rows) {
    int inserted = 0;
    for (int from = 0; from < rows.size(); from += ROWS_AT_ONCE) {
      inserted += insertSome(dsl, rows.subList(from, Math.min(rows.size(), from + ROWS_AT_ONCE)));
    }
    return inserted;
  }

  private int insertSome(DSLContext dsl, List<Map<String, Object>> rows) {
    InsertValuesStepN<?> insert = dsl.insertInto(table).columns(insertable(dsl));
    for (Map<String, Object> row : rows) {
      insert = insert.values(values(dsl, row));
    }
    int inserted = insert.execute();
    if (key.equals(WORKFLOW_STATUS.WORKFLOW_UUID)) {
      PayloadStore.copyInputs(dsl, rows.stream().map(this::keyOf).toList());
      PayloadStore.copyOutcomes(
          dsl,
          rows.stream().filter(row -> !ArchiveStore.isUnfinished(row)).map(this::keyOf).toList());
    }
    return inserted;
  }

  private List<Field<?>> insertable(DSLContext dsl) {
    return dsl.dialect() == SQLDialect.SQLITE ? columns(dsl) : List.of(table.fields());
  }

  private List<Field<?>> values(DSLContext dsl, Map<String, Object> row) {
    List<Field<?>> values = new ArrayList<>();
    for (Field<?> column : insertable(dsl)) {
      Object value = row.get(column.getName());
      values.add(val(value, column.getDataType()));
    }
    return values;
  }

  /** Gathers rows and inserts them, so many at a time that they fit into memory. */
  public final class Inserter {
    private final DSLContext dsl;
    private final List<Map<String, Object>> waiting = new ArrayList<>();
    private long text;
    private long inserted;

    /** Inserts with {@code dsl}. */
    public Inserter(DSLContext dsl) {
      this.dsl = dsl;
    }

    /** Inserts a row, now or later. */
    public void add(Map<String, Object> row) {
      waiting.add(row);
      for (Object value : row.values()) {
        text += value instanceof String string ? string.length() : 0;
      }
      if (waiting.size() == ROWS_AT_ONCE || text > TEXT_AT_ONCE) {
        flush();
      }
    }

    private void flush() {
      if (!waiting.isEmpty()) {
        inserted += insert(dsl, waiting);
        waiting.clear();
        text = 0;
      }
    }

    /** Inserts what is left; returns how many rows were inserted in all. */
    public long finish() {
      flush();
      return inserted;
    }
  }
}
