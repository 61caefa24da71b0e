package dev.dbos.internal.journal;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.castNull;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.SQLDataType.CLOB;

import dev.dbos.internal.migration.PayloadLayout;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jooq.CommonTableExpression;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Query;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/**
 * The texts of {@link PostgresBatchWriter}, rendered once from the generated types.
 *
 * <p>Each statement takes its rows as one row of parameters or as arrays side by side. All find
 * workflows through LATERAL and a lock, which PostgreSQL neither joins nor plans otherwise than by
 * the primary key: a plan that was made while a table was small, or had few pending rows, must not
 * read all of it later.
 */
final class PostgresBatchSql {
  private static final String STATEMENT_SEPARATOR = ";\n";

  /** How many rows of a kind a text takes. */
  enum Rows {
    /** The kind is left out. */
    NONE,
    /** Parameters are values. */
    ONE,
    /** Parameters are arrays. */
    MANY;

    static Rows of(int count) {
      return count == 0 ? NONE : count == 1 ? ONE : MANY;
    }
  }

  /** What a start says beyond what all say. */
  enum Terms {
    /** Nothing. */
    NONE,
    /** Its limits of time, who called, attributes. */
    SOME
  }

  /**
   * Which statements a batch needs.
   *
   * @param terms of the starts; none for a batch without starts
   */
  record Shape(Rows starts, Terms terms, Rows steps, Rows finishes) {}

  private final DSLContext dsl;
  private final PayloadLayout layout;
  private final Map<Shape, String> texts = new ConcurrentHashMap<>();

  PostgresBatchSql(Dialect dialect, String schema, PayloadLayout layout) {
    this.dsl = SystemDsl.of(dialect, schema);
    this.layout = layout;
  }

  /** The statements for a batch of this shape: for starts, steps and finishes, in this order. */
  String text(Shape shape) {
    return texts.computeIfAbsent(shape, this::render);
  }

  private String render(Shape shape) {
    return Stream.of(
            start(shape.starts(), shape.terms() == Terms.NONE ? PLAIN : ALL),
            step(dsl, shape.steps()),
            finish(shape.finishes()))
        .flatMap(Optional::stream)
        .collect(Collectors.joining(STATEMENT_SEPARATOR));
  }

  /** A parameter: its type, its name, and where it goes. */
  private record Column(String type, String parameter, Field<?> target) {
    Field<?> value() {
      return field(name("i", parameter), target.getDataType());
    }
  }

  private static final List<Column> PLAIN =
      List.of(
          new Column("text", "id", WORKFLOW_STATUS.WORKFLOW_UUID),
          new Column("text", "name", WORKFLOW_STATUS.NAME),
          new Column("text", "inputs", WORKFLOW_STATUS.INPUTS),
          new Column("text", "format", WORKFLOW_STATUS.SERIALIZATION),
          new Column("text", "executor", WORKFLOW_STATUS.EXECUTOR_ID),
          new Column("text", "version", WORKFLOW_STATUS.APPLICATION_VERSION),
          new Column("text", "application", WORKFLOW_STATUS.APPLICATION_NAME),
          new Column("text", "token", WORKFLOW_STATUS.OWNER_XID),
          new Column("text", "parent", WORKFLOW_STATUS.PARENT_WORKFLOW_ID),
          new Column("int8", "created", WORKFLOW_STATUS.CREATED_AT));

  /** With {@link Terms#SOME}. */
  private static final List<Column> TERMS =
      List.of(
          new Column("int8", "timeout", WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS),
          new Column("int8", "deadline", WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS),
          new Column("text", "caller", WORKFLOW_STATUS.AUTHENTICATED_USER),
          new Column("text", "role", WORKFLOW_STATUS.ASSUMED_ROLE),
          new Column("text", "roles", WORKFLOW_STATUS.AUTHENTICATED_ROLES),
          new Column("jsonb", "attributes", WORKFLOW_STATUS.ATTRIBUTES));

  private static final List<Column> ALL = Stream.concat(PLAIN.stream(), TERMS.stream()).toList();

  /** A parameter for each column; returns the tokens of the runs whose row is new. */
  private Optional<String> start(Rows count, List<Column> columns) {
    return rows(
            count,
            columns.stream().map(Column::type).toList(),
            columns.stream().map(Column::parameter).toList())
        .map(rows -> dsl.render(start(columns, rows)));
  }

  private Query start(List<Column> columns, Table<?> rows) {
    List<Field<?>> targets = new ArrayList<>(columns.stream().map(Column::target).toList());
    List<Field<?>> values = new ArrayList<>(columns.stream().map(Column::value).toList());
    targets.addAll(
        List.of(
            WORKFLOW_STATUS.STATUS,
            WORKFLOW_STATUS.UPDATED_AT,
            WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
            WORKFLOW_STATUS.PRIORITY));
    values.addAll(
        List.of(inline(WorkflowState.PENDING.name()), number("created"), inline(1L), inline(0)));
    var insert =
        dsl.insertInto(WORKFLOW_STATUS)
            .columns(targets)
            .select(select(values).from(rows))
            .onConflictDoNothing();
    return layout == PayloadLayout.IN_ROWS
        ? insert.returning(WORKFLOW_STATUS.OWNER_XID)
        : PostgresPayloadSql.withInputs(dsl, insert);
  }

  /**
   * The workflows' ids, each once, then eleven parameters; returns id, status, owner and the number
   * of each new step.
   */
  private static Optional<String> step(DSLContext dsl, Rows count) {
    return rows(
            count,
            List.of(
                "text", "text", "text", "int4", "text", "text", "text", "text", "text", "int8",
                "int8"),
            List.of(
                "id",
                "token",
                "application",
                "step",
                "name",
                "output",
                "error",
                "format",
                "child",
                "started",
                "completed"))
        .map(rows -> dsl.render(step(dsl, touched(count), rows)));
  }

  /** The workflows, locked against a change of owner. */
  private static CommonTableExpression<?> touched(Rows count) {
    Table<?> ids =
        count == Rows.ONE
            ? table("(SELECT ?::text AS id)").as("w")
            : table("unnest(?::text[])").as("w", "id");
    Table<?> found =
        lateral(
                select(
                        WORKFLOW_STATUS.WORKFLOW_UUID,
                        WORKFLOW_STATUS.STATUS,
                        WORKFLOW_STATUS.OWNER_XID)
                    .from(WORKFLOW_STATUS)
                    .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(field(name("w", "id"), CLOB)))
                    .forShare())
            .as("found");
    return name("touched")
        .as(
            select(
                    field(name("found", "workflow_uuid"), CLOB),
                    field(name("found", "status"), CLOB),
                    field(name("found", "owner_xid"), CLOB))
                .from(ids, found));
  }

  private static Query step(DSLContext dsl, CommonTableExpression<?> touched, Table<?> rows) {
    Field<String> touchedId = field(name("touched", "workflow_uuid"), CLOB);
    Field<String> touchedOwner = field(name("touched", "owner_xid"), CLOB);
    CommonTableExpression<?> inserted =
        name("inserted")
            .as(
                dsl.insertInto(OPERATION_OUTPUTS)
                    .columns(
                        OPERATION_OUTPUTS.WORKFLOW_UUID,
                        OPERATION_OUTPUTS.FUNCTION_ID,
                        OPERATION_OUTPUTS.FUNCTION_NAME,
                        OPERATION_OUTPUTS.OUTPUT,
                        OPERATION_OUTPUTS.ERROR,
                        OPERATION_OUTPUTS.SERIALIZATION,
                        OPERATION_OUTPUTS.CHILD_WORKFLOW_ID,
                        OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS,
                        OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS,
                        OPERATION_OUTPUTS.APPLICATION_NAME)
                    .select(
                        select(
                                text("id"),
                                field(name("i", "step"), SQLDataType.INTEGER),
                                text("name"),
                                text("output"),
                                text("error"),
                                text("format"),
                                text("child"),
                                number("started"),
                                number("completed"),
                                text("application"))
                            .from(rows)
                            .join(table(name("touched")))
                            .on(touchedId.eq(text("id")))
                            .and(touchedOwner.eq(text("token"))))
                    .onConflictDoNothing()
                    .returning(OPERATION_OUTPUTS.WORKFLOW_UUID, OPERATION_OUTPUTS.FUNCTION_ID));
    return dsl.with(touched)
        .with(inserted)
        .select(
            touchedId,
            field(name("touched", "status")),
            touchedOwner,
            field(name("inserted", "function_id")))
        .from(table(name("touched")))
        .leftJoin(table(name("inserted")))
        .on(touchedId.eq(field(name("inserted", "workflow_uuid"), CLOB)));
  }

  /** Six parameters; returns the ids of the workflows that ended. */
  private Optional<String> finish(Rows count) {
    return rows(
            count,
            List.of("text", "text", "text", "text", "text", "int8"),
            List.of("id", "token", "status", "output", "error", "completed"))
        .map(rows -> dsl.render(finish(rows)));
  }

  /**
   * An UPDATE that finds its rows by their key whatever the planner believes: the rows are found
   * and locked first, so the insert always meets them, and updates. The status is compared as an
   * expression, since an index of few pending rows looks cheap until there are many.
   */
  private Query finish(Table<?> rows) {
    Table<?> owned =
        lateral(
                select(WORKFLOW_STATUS.WORKFLOW_UUID)
                    .from(WORKFLOW_STATUS)
                    .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(text("id")))
                    .and(
                        coalesce(WORKFLOW_STATUS.STATUS, inline(""))
                            .eq(inline(WorkflowState.PENDING.name())))
                    .and(WORKFLOW_STATUS.OWNER_XID.eq(text("token")))
                    .forNoKeyUpdate())
            .as("owned");
    var update =
        dsl.insertInto(WORKFLOW_STATUS)
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
    return layout == PayloadLayout.IN_ROWS
        ? update.returning(WORKFLOW_STATUS.WORKFLOW_UUID)
        : PostgresPayloadSql.withOutcomes(dsl, update);
  }

  /** Parameters as a table "i": one row of them, or arrays side by side. */
  private static Optional<Table<?>> rows(Rows count, List<String> types, List<String> columns) {
    return switch (count) {
      case NONE -> Optional.empty();
      case ONE -> {
        List<String> values = new ArrayList<>();
        for (int column = 0; column < types.size(); column++) {
          values.add("?::" + types.get(column) + " AS \"" + columns.get(column) + "\"");
        }
        yield Optional.of(table("(SELECT " + String.join(", ", values) + ")").as("i"));
      }
      case MANY -> {
        // unnest of several arrays, which jOOQ has no type for.
        List<String> arrays = types.stream().map(type -> "?::" + type + "[]").toList();
        yield Optional.of(
            table("unnest(" + String.join(", ", arrays) + ")")
                .as("i", columns.toArray(String[]::new)));
      }
    };
  }

  private static Field<String> text(String column) {
    return field(name("i", column), CLOB);
  }

  private static Field<Long> number(String column) {
    return field(name("i", column), SQLDataType.BIGINT);
  }
}
