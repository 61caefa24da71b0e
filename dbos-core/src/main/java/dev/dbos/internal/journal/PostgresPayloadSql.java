package dev.dbos.internal.journal;

import static dev.dbos.internal.schema.Tables.WORKFLOW_INPUT;
import static dev.dbos.internal.schema.Tables.WORKFLOW_OUTPUT;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.name;
import static org.jooq.impl.DSL.select;
import static org.jooq.impl.DSL.table;

import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.InsertReturningStep;
import org.jooq.Query;
import org.jooq.TableField;

/**
 * What is written into rows of workflows, written into the tables of inputs and outcomes as well,
 * by the same statement. Rows of the same key may have been left there by a workflow that an
 * implementation deleted which does not know these tables, so they are replaced.
 */
final class PostgresPayloadSql {
  private static final String WRITTEN = "written";

  private PostgresPayloadSql() {}

  /**
   * Inserts workflows and their inputs; returns the tokens of the runs and the ids of the workflows
   * whose row is new.
   */
  static Query withInputs(DSLContext dsl, InsertReturningStep<?> workflows) {
    return dsl.with(WRITTEN)
        .as(
            workflows.returning(
                WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.INPUTS, WORKFLOW_STATUS.OWNER_XID))
        .with(
            name("copied")
                .as(
                    dsl.insertInto(WORKFLOW_INPUT)
                        .columns(WORKFLOW_INPUT.WORKFLOW_UUID, WORKFLOW_INPUT.INPUTS)
                        .select(
                            select(
                                    written(WORKFLOW_STATUS.WORKFLOW_UUID),
                                    written(WORKFLOW_STATUS.INPUTS))
                                .from(table(name(WRITTEN))))
                        .onConflict(WORKFLOW_INPUT.WORKFLOW_UUID)
                        .doUpdate()
                        .set(WORKFLOW_INPUT.INPUTS, excluded(WORKFLOW_INPUT.INPUTS))
                        .returning(WORKFLOW_INPUT.WORKFLOW_UUID)))
        .select(written(WORKFLOW_STATUS.OWNER_XID), written(WORKFLOW_STATUS.WORKFLOW_UUID))
        .from(table(name(WRITTEN)));
  }

  /** Ends workflows and writes their outcomes; returns the ids of those that ended. */
  static Query withOutcomes(DSLContext dsl, InsertReturningStep<?> workflows) {
    return dsl.with(WRITTEN)
        .as(
            workflows.returning(
                WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.OUTPUT, WORKFLOW_STATUS.ERROR))
        .with(
            name("copied")
                .as(
                    dsl.insertInto(WORKFLOW_OUTPUT)
                        .columns(
                            WORKFLOW_OUTPUT.WORKFLOW_UUID,
                            WORKFLOW_OUTPUT.OUTPUT,
                            WORKFLOW_OUTPUT.ERROR)
                        .select(
                            select(
                                    written(WORKFLOW_STATUS.WORKFLOW_UUID),
                                    written(WORKFLOW_STATUS.OUTPUT),
                                    written(WORKFLOW_STATUS.ERROR))
                                .from(table(name(WRITTEN))))
                        .onConflict(WORKFLOW_OUTPUT.WORKFLOW_UUID)
                        .doUpdate()
                        .set(WORKFLOW_OUTPUT.OUTPUT, excluded(WORKFLOW_OUTPUT.OUTPUT))
                        .set(WORKFLOW_OUTPUT.ERROR, excluded(WORKFLOW_OUTPUT.ERROR))
                        .returning(WORKFLOW_OUTPUT.WORKFLOW_UUID)))
        .select(written(WORKFLOW_STATUS.WORKFLOW_UUID))
        .from(table(name(WRITTEN)));
  }

  private static Field<String> written(TableField<?, String> column) {
    return field(name(WRITTEN, column.getName()), column.getDataType());
  }
}
