package dev.dbos.internal.journal;

import static dev.dbos.internal.journal.PostgresParameters.number;
import static dev.dbos.internal.journal.PostgresParameters.text;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.castNull;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.SQLDataType.CLOB;

import dev.dbos.internal.context.StartColumn;
import dev.dbos.internal.context.StartColumn.Extent;
import dev.dbos.internal.journal.PostgresParameters.Rows;
import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.serialization.PortableJson;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertReturningStep;
import org.jooq.Query;
import org.jooq.Table;

/**
 * The texts of {@link PostgresBatchWriter}, rendered once from the generated types.
 *
 * <p>Each statement takes its rows as one row of parameters or as arrays side by side. All find
 * workflows through the primary key, by LATERAL or a subquery and a lock, which PostgreSQL neither
 * joins nor plans otherwise: a plan that was made while a table was small, or had few pending rows,
 * must not read all of it later.
 */
final class PostgresBatchSql {
  private static final String STATEMENT_SEPARATOR = ";\n";

  /** How the statement for steps goes about it. */
  enum Care {
    /** As in {@link PostgresStepSql#expecting}. */
    EXPECTING,
    /** As in {@link PostgresStepSql#checking}. */
    CHECKING
  }

  /**
   * Which statements a batch needs.
   *
   * @param extent of the starts; none for a batch without starts
   * @param care for the steps
   */
  record Shape(Rows starts, Extent extent, Rows steps, Care care, Rows finishes) {}

  private final DSLContext dsl;
  private final PayloadLayout layout;
  private final PostgresStepSql steps;
  private final Map<Shape, String> texts = new ConcurrentHashMap<>();

  PostgresBatchSql(Dialect dialect, String schema, PayloadLayout layout) {
    this.dsl = SystemDsl.of(dialect, schema);
    this.layout = layout;
    this.steps = new PostgresStepSql(dsl);
  }

  /**
   * The statements for a batch of this shape: for starts, steps and finishes, in this order. Those
   * for one start or one end tell by their count whether they changed anything, unless payloads
   * have tables of their own: to return a row costs the server more than to count it.
   */
  String of(Shape shape) {
    return texts.computeIfAbsent(shape, this::render);
  }

  private String render(Shape shape) {
    return Stream.of(
            start(shape.starts(), shape.extent()),
            shape.care() == Care.EXPECTING
                ? steps.expecting(shape.steps())
                : steps.checking(shape.steps()),
            finish(shape.finishes()))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(STATEMENT_SEPARATOR));
  }

  /**
   * A parameter for each column of the extent; of several, returns the tokens of the runs and the
   * ids of the workflows whose row is new.
   */
  private Optional<String> start(Rows count, Extent extent) {
    List<StartColumn> columns = StartColumn.of(extent);
    return PostgresParameters.table(
            count,
            columns.stream().map(StartColumn::type).toList(),
            columns.stream().map(column -> column.target().getName()).toList())
        .map(rows -> dsl.render(start(count, extent, rows)));
  }

  private Query start(Rows count, Extent extent, Table<?> rows) {
    Map<Field<?>, Field<?>> values = new LinkedHashMap<>(StartColumn.constants(extent));
    for (StartColumn column : StartColumn.of(extent)) {
      Field<?> target = column.target();
      values.put(target, field(name("i", target.getName()), target.getDataType()));
    }
    var insert =
        dsl.insertInto(WORKFLOW_STATUS)
            .columns(values.keySet())
            .select(select(values.values()).from(rows))
            .onConflictDoNothing();
    if (layout != PayloadLayout.IN_ROWS) {
      return PostgresPayloadSql.withInputs(dsl, insert);
    }
    return count == Rows.ONE
        ? insert
        : insert.returning(WORKFLOW_STATUS.OWNER_XID, WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  /** Six parameters; of several, returns the ids of the workflows that ended. */
  private Optional<String> finish(Rows count) {
    return PostgresParameters.table(
            count,
            List.of("text", "text", "text", "text", "text", "int8"),
            List.of("id", "token", "status", "output", "error", "completed"))
        .map(rows -> dsl.render(finish(count, rows)));
  }

  private Query finish(Rows count, Table<?> rows) {
    if (layout != PayloadLayout.IN_ROWS) {
      return PostgresPayloadSql.withOutcomes(dsl, finishAll(rows));
    }
    return count == Rows.ONE
        ? finishOne(rows)
        : finishAll(rows).returning(WORKFLOW_STATUS.WORKFLOW_UUID);
  }

  private Query finishOne(Table<?> rows) {
    return dsl.update(WORKFLOW_STATUS)
        .set(WORKFLOW_STATUS.STATUS, text("status"))
        .set(WORKFLOW_STATUS.OUTPUT, text("output"))
        .set(WORKFLOW_STATUS.ERROR, text("error"))
        .set(WORKFLOW_STATUS.SERIALIZATION, inline(PortableJson.PORTABLE_JSON))
        .set(WORKFLOW_STATUS.DEDUPLICATION_ID, castNull(CLOB))
        .set(WORKFLOW_STATUS.UPDATED_AT, number("completed"))
        .set(WORKFLOW_STATUS.COMPLETED_AT, number("completed"))
        .from(rows)
        .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(text("id")))
        .and(PostgresStepSql.isPending())
        .and(WORKFLOW_STATUS.OWNER_XID.eq(text("token")));
  }

  /**
   * An UPDATE that finds its rows by their key whatever the planner believes: the rows are found
   * and locked first, so the insert always meets them, and updates.
   */
  private InsertReturningStep<?> finishAll(Table<?> rows) {
    Table<?> owned =
        lateral(
                select(WORKFLOW_STATUS.WORKFLOW_UUID)
                    .from(WORKFLOW_STATUS)
                    .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(text("id")))
                    .and(PostgresStepSql.isPending())
                    .and(WORKFLOW_STATUS.OWNER_XID.eq(text("token")))
                    .forNoKeyUpdate())
            .as("owned");
    return dsl.insertInto(WORKFLOW_STATUS)
        .columns(
            WORKFLOW_STATUS.WORKFLOW_UUID,
            WORKFLOW_STATUS.STATUS,
            WORKFLOW_STATUS.OUTPUT,
            WORKFLOW_STATUS.ERROR,
            WORKFLOW_STATUS.UPDATED_AT,
            WORKFLOW_STATUS.COMPLETED_AT)
        .select(
            select(
                    field(name("owned", "workflow_uuid"), CLOB),
                    text("status"),
                    text("output"),
                    text("error"),
                    number("completed"),
                    number("completed"))
                .from(rows, owned))
        .onConflict(WORKFLOW_STATUS.WORKFLOW_UUID)
        .doUpdate()
        .set(WORKFLOW_STATUS.STATUS, excluded(WORKFLOW_STATUS.STATUS))
        .set(WORKFLOW_STATUS.OUTPUT, excluded(WORKFLOW_STATUS.OUTPUT))
        .set(WORKFLOW_STATUS.ERROR, excluded(WORKFLOW_STATUS.ERROR))
        .set(WORKFLOW_STATUS.SERIALIZATION, inline(PortableJson.PORTABLE_JSON))
        .set(WORKFLOW_STATUS.DEDUPLICATION_ID, castNull(CLOB))
        .set(WORKFLOW_STATUS.UPDATED_AT, excluded(WORKFLOW_STATUS.UPDATED_AT))
        .set(WORKFLOW_STATUS.COMPLETED_AT, excluded(WORKFLOW_STATUS.COMPLETED_AT));
  }
}
