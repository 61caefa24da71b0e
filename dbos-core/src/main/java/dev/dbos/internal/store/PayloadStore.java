package dev.dbos.internal.store;

import static dev.dbos.internal.migration.PayloadLayout.IN_ROWS;
import static dev.dbos.internal.migration.PayloadLayout.IN_TABLES;
import static dev.dbos.internal.schema.Tables.WORKFLOW_INPUT;
import static dev.dbos.internal.schema.Tables.WORKFLOW_OUTPUT;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.case_;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.select;

import dev.dbos.internal.migration.PayloadLayout;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jooq.Configuration;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Table;
import org.jooq.TableField;

/** The inputs and outcomes of workflows, wherever the {@link PayloadLayout} has them. */
public final class PayloadStore {
  private PayloadStore() {}

  /** The layout of the database that {@code dsl} works on. */
  static PayloadLayout layout(DSLContext dsl) {
    return dsl.configuration().data(PayloadLayout.class) instanceof PayloadLayout known
        ? known
        : IN_ROWS;
  }

  /** Lets those who work with {@code configuration} know the layout. */
  static void tell(Configuration configuration, PayloadLayout layout) {
    configuration.data(PayloadLayout.class, layout);
  }

  /** The input of a workflow, named like its column in the row. */
  static Field<String> inputs(PayloadLayout layout) {
    return named(
        layout, WORKFLOW_STATUS.INPUTS, WORKFLOW_INPUT.INPUTS, WORKFLOW_INPUT.WORKFLOW_UUID);
  }

  /** Its output, named like its column in the row. */
  static Field<String> output(PayloadLayout layout) {
    return named(
        layout, WORKFLOW_STATUS.OUTPUT, WORKFLOW_OUTPUT.OUTPUT, WORKFLOW_OUTPUT.WORKFLOW_UUID);
  }

  /** Its error, named like its column in the row. */
  static Field<String> error(PayloadLayout layout) {
    return named(
        layout, WORKFLOW_STATUS.ERROR, WORKFLOW_OUTPUT.ERROR, WORKFLOW_OUTPUT.WORKFLOW_UUID);
  }

  private static Field<String> named(
      PayloadLayout layout,
      TableField<?, String> inRow,
      TableField<?, String> inTable,
      TableField<?, String> key) {
    return layout == IN_ROWS ? inRow : coalesce(ofWorkflow(inTable, key), inRow).as(inRow);
  }

  private static Field<String> ofWorkflow(
      TableField<?, String> inTable, TableField<?, String> key) {
    return field(
        select(inTable).from(inTable.getTable()).where(key.eq(WORKFLOW_STATUS.WORKFLOW_UUID)));
  }

  /** What a claim writes into the row for older readers: the input, should the row not have it. */
  static Map<Field<?>, Field<?>> atClaim(DSLContext dsl) {
    return layout(dsl) == IN_ROWS
        ? Map.of()
        : Map.of(
            WORKFLOW_STATUS.INPUTS,
            case_()
                .when(
                    WORKFLOW_STATUS.INPUTS.isNull(),
                    ofWorkflow(WORKFLOW_INPUT.INPUTS, WORKFLOW_INPUT.WORKFLOW_UUID))
                .else_(WORKFLOW_STATUS.INPUTS));
  }

  /** Copies inputs that were written into the rows of these workflows to where they count. */
  public static void copyInputs(DSLContext dsl, Collection<String> workflowIds) {
    if (layout(dsl) == IN_ROWS) {
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
    if (layout(dsl) == IN_ROWS) {
      return;
    }
    for (List<String> part : Chunks.of(workflowIds)) {
      dsl.insertInto(WORKFLOW_OUTPUT)
          .columns(WORKFLOW_OUTPUT.WORKFLOW_UUID, WORKFLOW_OUTPUT.OUTPUT, WORKFLOW_OUTPUT.ERROR)
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
    if (layout(dsl) == IN_TABLES) {
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
