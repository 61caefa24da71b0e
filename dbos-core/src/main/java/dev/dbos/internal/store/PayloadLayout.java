package dev.dbos.internal.store;

import static dev.dbos.internal.schema.Tables.WORKFLOW_INPUT;
import static dev.dbos.internal.schema.Tables.WORKFLOW_OUTPUT;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.case_;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;

import java.util.Collection;
import java.util.List;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableField;

/**
 * Where the inputs and outcomes of workflows are stored.
 *
 * <p>From version 109 on the shared tables have two more, which this library does not make but
 * finds where another implementation has. Readers of that age look there first and then in the row
 * of the workflow; older ones know only the row. So both are written, and what is in the new tables
 * counts.
 */
public enum PayloadLayout {
  /** In the rows of workflows. */
  IN_ROWS,
  /** In tables of their own, with a copy in the rows. */
  IN_TABLES;

  /** That of the database which {@code dsl} works on. */
  static PayloadLayout of(DSLContext dsl) {
    return dsl.configuration().data(PayloadLayout.class) instanceof PayloadLayout known
        ? known
        : IN_ROWS;
  }

  /** Lets those who work with {@code configuration} know. */
  public void tell(Configuration configuration) {
    configuration.data(PayloadLayout.class, this);
  }

  /** The input of a workflow, named like its column in the row. */
  Field<String> inputs() {
    return named(WORKFLOW_STATUS.INPUTS, WORKFLOW_INPUT.INPUTS, WORKFLOW_INPUT.WORKFLOW_UUID);
  }

  /** Its output, named like its column in the row. */
  Field<String> output() {
    return named(WORKFLOW_STATUS.OUTPUT, WORKFLOW_OUTPUT.OUTPUT, WORKFLOW_OUTPUT.WORKFLOW_UUID);
  }

  /** Its error, named like its column in the row. */
  Field<String> error() {
    return named(WORKFLOW_STATUS.ERROR, WORKFLOW_OUTPUT.ERROR, WORKFLOW_OUTPUT.WORKFLOW_UUID);
  }

  private Field<String> named(
      TableField<?, String> inRow, TableField<?, String> inTable, TableField<?, String> key) {
    return this == IN_ROWS ? inRow : coalesce(ofWorkflow(inTable, key), inRow).as(inRow);
  }

  private static Field<String> ofWorkflow(
      TableField<?, String> inTable, TableField<?, String> key) {
    return field(
        select(inTable).from(inTable.getTable()).where(key.eq(WORKFLOW_STATUS.WORKFLOW_UUID)));
  }

  /** What a claim writes into the row: the input, should the row not have it. */
  Field<String> inputsForRow() {
    return this == IN_ROWS
        ? WORKFLOW_STATUS.INPUTS
        : case_()
            .when(
                WORKFLOW_STATUS.INPUTS.isNull(),
                ofWorkflow(WORKFLOW_INPUT.INPUTS, WORKFLOW_INPUT.WORKFLOW_UUID))
            .else_(WORKFLOW_STATUS.INPUTS);
  }

  /** Copies inputs that were written into the rows of these workflows to where they count. */
  public static void copyInputs(DSLContext dsl, Collection<String> workflowIds) {
    if (of(dsl) == IN_ROWS) {
      return;
    }
    for (List<String> part : Chunks.of(workflowIds)) {
      dsl.insertInto(WORKFLOW_INPUT)
          .columns(WORKFLOW_INPUT.WORKFLOW_UUID, WORKFLOW_INPUT.INPUTS)
          .select(
              select(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.INPUTS)
                  .from(WORKFLOW_STATUS)
                  .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, part)))
          .onConflict(WORKFLOW_INPUT.WORKFLOW_UUID)
          .doUpdate()
          .set(WORKFLOW_INPUT.INPUTS, excluded(WORKFLOW_INPUT.INPUTS))
          .execute();
    }
  }

  /** Copies outcomes that were written into the rows of these workflows to where they count. */
  public static void copyOutcomes(DSLContext dsl, Collection<String> workflowIds) {
    if (of(dsl) == IN_ROWS) {
      return;
    }
    for (List<String> part : Chunks.of(workflowIds)) {
      dsl.insertInto(WORKFLOW_OUTPUT)
          .columns(
              WORKFLOW_OUTPUT.WORKFLOW_UUID, WORKFLOW_OUTPUT.OUTPUT, WORKFLOW_OUTPUT.ERROR)
          .select(
              select(WORKFLOW_STATUS.WORKFLOW_UUID, WORKFLOW_STATUS.OUTPUT, WORKFLOW_STATUS.ERROR)
                  .from(WORKFLOW_STATUS)
                  .where(Chunks.among(dsl, WORKFLOW_STATUS.WORKFLOW_UUID, part)))
          .onConflict(WORKFLOW_OUTPUT.WORKFLOW_UUID)
          .doUpdate()
          .set(WORKFLOW_OUTPUT.OUTPUT, excluded(WORKFLOW_OUTPUT.OUTPUT))
          .set(WORKFLOW_OUTPUT.ERROR, excluded(WORKFLOW_OUTPUT.ERROR))
          .execute();
    }
  }

  /** Deletes what is stored of these workflows beside their rows. */
  static void delete(DSLContext dsl, Collection<String> workflowIds) {
    if (of(dsl) == IN_TABLES) {
      delete(dsl, WORKFLOW_INPUT, WORKFLOW_INPUT.WORKFLOW_UUID, workflowIds);
      delete(dsl, WORKFLOW_OUTPUT, WORKFLOW_OUTPUT.WORKFLOW_UUID, workflowIds);
    }
  }

  private static void delete(
      DSLContext dsl, Table<?> table, Field<String> key, Collection<String> workflowIds) {
    for (List<String> part : Chunks.of(workflowIds)) {
      dsl.deleteFrom(table).where(Chunks.among(dsl, key, part)).execute();
    }
  }
}
