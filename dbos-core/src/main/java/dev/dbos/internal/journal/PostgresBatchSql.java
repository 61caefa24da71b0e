package dev.dbos.internal.journal;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.castNull;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.CommonTableExpression;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/** The texts of {@link PostgresBatchWriter}, rendered once from the generated types. */
final class PostgresBatchSql {
  private static final String STATEMENT_SEPARATOR = ";\n";

  private final String start;
  private final String startOnTerms;
  private final String step;
  private final String finish;

  PostgresBatchSql(Dialect dialect, String schema) {
    DSLContext dsl = SystemDsl.of(dialect, schema);
    this.start = start(dsl, List.of());
    this.startOnTerms = start(dsl, TERMS);
    this.step = step(dsl);
    this.finish = finish(dsl);
  }

  /** Which statement for starts a batch needs. */
  enum Starts {
    /** None. */
    NONE,
    /** Ten arrays, for workflows that nothing is said of but what all have. */
    PLAIN,
    /** {@link #TERMS} besides. */
    ON_TERMS
  }

  /** The statements asked for, in this order. */
  String text(Starts starts, boolean steps, boolean finishes) {
    List<String> parts = new ArrayList<>(3);
    switch (starts) {
      case NONE -> {}
      case PLAIN -> parts.add(start);
      case ON_TERMS -> parts.add(startOnTerms);
    }
    if (steps) {
      parts.add(step);
    }
    if (finishes) {
      parts.add(finish);
    }
    return String.join(STATEMENT_SEPARATOR, parts);
  }

  /** A column of an array parameter: its type, its name, and where it goes. */
  private record Column(String type, String array, Field<?> target) {
    Field<?> value() {
      return field(name("i", array), target.getDataType());
    }
  }

  private static final List<Column> ALL =
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

  private static final List<Column> TERMS =
      List.of(
          new Column("int8", "timeout", WORKFLOW_STATUS.WORKFLOW_TIMEOUT_MS),
          new Column("int8", "deadline", WORKFLOW_STATUS.WORKFLOW_DEADLINE_EPOCH_MS),
          new Column("text", "caller", WORKFLOW_STATUS.AUTHENTICATED_USER),
          new Column("text", "role", WORKFLOW_STATUS.ASSUMED_ROLE),
          new Column("text", "roles", WORKFLOW_STATUS.AUTHENTICATED_ROLES),
          new Column("jsonb", "attributes", WORKFLOW_STATUS.ATTRIBUTES));

  /** An array for each column; returns the tokens of the runs whose row is new. */
  private static String start(DSLContext dsl, List<Column> more) {
    List<Column> arrays = Stream.concat(ALL.stream(), more.stream()).toList();
    Table<?> rows =
        unnest(
            arrays.stream().map(Column::type).toList(),
            arrays.stream().map(Column::array).toList());
    List<Field<?>> targets = new ArrayList<>(arrays.stream().map(Column::target).toList());
    List<Field<?>> values = new ArrayList<>(arrays.stream().map(Column::value).toList());
    targets.addAll(
        List.of(
            WORKFLOW_STATUS.STATUS,
            WORKFLOW_STATUS.UPDATED_AT,
            WORKFLOW_STATUS.RECOVERY_ATTEMPTS,
            WORKFLOW_STATUS.PRIORITY));
    values.addAll(
        List.of(inline(WorkflowState.PENDING.name()), number("created"), inline(1L), inline(0)));
    return dsl.render(
        dsl.insertInto(WORKFLOW_STATUS)
            .columns(targets)
            .select(select(values).from(rows))
            .onConflictDoNothing()
            .returning(WORKFLOW_STATUS.OWNER_XID));
  }

  /** The ids, then eleven arrays; returns id, status, owner and the number of each new step. */
  private static String step(DSLContext dsl) {
    Table<?> rows =
        unnest(
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
                "completed"));
    CommonTableExpression<?> touched =
        name("touched")
            .as(
                select(
                        WORKFLOW_STATUS.WORKFLOW_UUID,
                        WORKFLOW_STATUS.STATUS,
                        WORKFLOW_STATUS.OWNER_XID)
                    .from(WORKFLOW_STATUS)
                    .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(any(param("ids", String[].class))))
                    .forShare());
    Field<String> touchedId = field(name("touched", "workflow_uuid"), SQLDataType.CLOB);
    Field<String> touchedOwner = field(name("touched", "owner_xid"), SQLDataType.CLOB);
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
    return dsl.render(
        dsl.with(touched)
            .with(inserted)
            .select(
                touchedId,
                field(name("touched", "status")),
                touchedOwner,
                field(name("inserted", "function_id")))
            .from(table(name("touched")))
            .leftJoin(table(name("inserted")))
            .on(touchedId.eq(field(name("inserted", "workflow_uuid"), SQLDataType.CLOB))));
  }

  /** Six arrays; returns the ids of the workflows that ended. */
  private static String finish(DSLContext dsl) {
    Table<?> rows =
        unnest(
            List.of("text", "text", "text", "text", "text", "int8"),
            List.of("id", "token", "status", "output", "error", "completed"));
    return dsl.render(
        dsl.update(WORKFLOW_STATUS)
            .set(WORKFLOW_STATUS.STATUS, text("status"))
            .set(WORKFLOW_STATUS.OUTPUT, text("output"))
            .set(WORKFLOW_STATUS.ERROR, text("error"))
            .set(WORKFLOW_STATUS.DEDUPLICATION_ID, castNull(SQLDataType.CLOB))
            .set(WORKFLOW_STATUS.UPDATED_AT, number("completed"))
            .set(WORKFLOW_STATUS.COMPLETED_AT, number("completed"))
            .from(rows)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(text("id")))
            .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
            .and(WORKFLOW_STATUS.OWNER_XID.eq(text("token")))
            .returning(WORKFLOW_STATUS.WORKFLOW_UUID));
  }

  /** {@code unnest} of several arrays side by side, which jOOQ has no type for. */
  private static Table<?> unnest(List<String> types, List<String> columns) {
    List<String> arrays = types.stream().map(type -> "?::" + type + "[]").toList();
    return table("unnest(" + String.join(", ", arrays) + ")")
        .as("i", columns.toArray(String[]::new));
  }

  private static Field<String> text(String column) {
    return field(name("i", column), SQLDataType.CLOB);
  }

  private static Field<Long> number(String column) {
    return field(name("i", column), SQLDataType.BIGINT);
  }
}
