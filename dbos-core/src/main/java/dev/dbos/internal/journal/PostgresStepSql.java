package dev.dbos.internal.journal;

import static dev.dbos.internal.journal.PostgresParameters.number;
import static dev.dbos.internal.journal.PostgresParameters.text;
import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;
import static org.jooq.impl.SQLDataType.CLOB;

import dev.dbos.internal.journal.PostgresParameters.Rows;
import dev.dbos.workflow.WorkflowState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.CommonTableExpression;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertValuesStepN;
import org.jooq.Query;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/** The statements for steps of {@link PostgresBatchSql}. */
final class PostgresStepSql {
  private static final List<String> TYPES =
      List.of(
          "text", "text", "int4", "text", "text", "text", "text", "text", "int8", "int8", "text");
  private static final List<String> COLUMNS =
      List.of(
          "id",
          "token",
          "step",
          "name",
          "output",
          "error",
          "format",
          "child",
          "started",
          "completed",
          "application");

  private final DSLContext dsl;

  PostgresStepSql(DSLContext dsl) {
    this.dsl = dsl;
  }

  /**
   * Inserts steps that are taken to be new, of workflows that are taken to be pending and the runs'
   * own. It returns nothing, which costs the server a quarter less. Where a workflow is not what it
   * is taken for, the id is null, which the column refuses; and a step that is there already is a
   * duplicate key. Either way nothing of the text has happened.
   *
   * <p>Eleven parameters.
   */
  Optional<String> expecting(Rows count) {
    return switch (count) {
      case NONE -> Optional.empty();
      // Of a single row the planner makes less when its values are not those of a table.
      case ONE -> Optional.of(dsl.render(insert().values(expectedOne())));
      case MANY ->
          PostgresParameters.table(count, TYPES, COLUMNS)
              .map(rows -> dsl.render(insert().select(select(expectedMany()).from(rows))));
    };
  }

  private static List<Field<?>> expectedOne() {
    List<Field<?>> parameters = TYPES.stream().<Field<?>>map(type -> field("?::" + type)).toList();
    List<Field<?>> values = new ArrayList<>();
    values.add(expected(field("?::text", CLOB), field("?::text", CLOB)));
    values.addAll(parameters.subList(2, parameters.size()));
    return values;
  }

  private static List<Field<?>> expectedMany() {
    return values(expected(text("id"), text("token")));
  }

  /** Null unless the run may write; its workflow is locked against a change of owner. */
  private static Field<String> expected(Field<String> id, Field<String> token) {
    return field(
        select(WORKFLOW_STATUS.WORKFLOW_UUID)
            .from(WORKFLOW_STATUS)
            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(id))
            .and(WORKFLOW_STATUS.OWNER_XID.eq(token))
            .and(isPending())
            .forShare());
  }

  /**
   * Inserts what may be inserted. The workflows' ids, each once, then eleven parameters; returns
   * id, status, owner and the number of each new step.
   */
  Optional<String> checking(Rows count) {
    return PostgresParameters.table(count, TYPES, COLUMNS)
        .map(rows -> dsl.render(checking(touched(count), rows)));
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

  private Query checking(CommonTableExpression<?> touched, Table<?> rows) {
    Field<String> touchedId = field(name("touched", "workflow_uuid"), CLOB);
    Field<String> touchedOwner = field(name("touched", "owner_xid"), CLOB);
    CommonTableExpression<?> inserted =
        name("inserted")
            .as(
                insert()
                    .select(
                        select(values(text("id")))
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

  private InsertValuesStepN<?> insert() {
    return dsl.insertInto(OPERATION_OUTPUTS)
        .columns(
            List.of(
                OPERATION_OUTPUTS.WORKFLOW_UUID,
                OPERATION_OUTPUTS.FUNCTION_ID,
                OPERATION_OUTPUTS.FUNCTION_NAME,
                OPERATION_OUTPUTS.OUTPUT,
                OPERATION_OUTPUTS.ERROR,
                OPERATION_OUTPUTS.SERIALIZATION,
                OPERATION_OUTPUTS.CHILD_WORKFLOW_ID,
                OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS,
                OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS,
                OPERATION_OUTPUTS.APPLICATION_NAME));
  }

  private static List<Field<?>> values(Field<String> workflowId) {
    return List.of(
        workflowId,
        field(name("i", "step"), SQLDataType.INTEGER),
        text("name"),
        text("output"),
        text("error"),
        text("format"),
        text("child"),
        number("started"),
        number("completed"),
        text("application"));
  }

  /**
   * Whether a workflow is pending, as an expression of which no index knows: one of few pending
   * rows looks cheap until there are many.
   */
  static Condition isPending() {
    return coalesce(WORKFLOW_STATUS.STATUS, inline("")).eq(inline(WorkflowState.PENDING.name()));
  }
}
