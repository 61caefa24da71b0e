package dev.dbos.tables;

import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.when;

import dev.dbos.workflow.StepStatus;
import java.time.Duration;
import java.time.Instant;
import org.jooq.Converter;
import org.jooq.Field;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/**
 * The finished steps of a system database as a jOOQ table: plain steps, transactions and starts of
 * children. Its fields keep their names and types whatever becomes of the columns behind them.
 * Immutable.
 */
public final class StepTable {
  /** In schema {@code dbos}, which SQLite ignores, under the alias {@code steps}. */
  public static final StepTable STEPS =
      new StepTable(new Columns("dbos", "operation_outputs", "steps"));

  private static final Converter<String, StepStatus.State> STATE =
      Converter.ofNullable(
          String.class, StepStatus.State.class, StepStatus.State::valueOf, StepStatus.State::name);

  private final Columns columns;

  private StepTable(Columns columns) {
    this.columns = columns;
  }

  /** The one in another schema of a PostgreSQL database. */
  public StepTable in(String schema) {
    return new StepTable(columns.in(schema));
  }

  /** The same under another alias, to be joined with itself. */
  public StepTable as(String alias) {
    return new StepTable(columns.as(alias));
  }

  /** What goes into {@code from} and {@code join}. */
  public Table<Record> table() {
    return columns.table();
  }

  /** The workflow it is a step of. */
  public Field<String> workflowId() {
    return columns.text("workflow_uuid");
  }

  /** Its position in the workflow, from 0. */
  public Field<Integer> stepId() {
    return columns.of("function_id", SQLDataType.INTEGER);
  }

  /** Its name; of a child's start the child's. */
  public Field<String> name() {
    return columns.text("function_name");
  }

  /** How it ended. */
  public Field<StepStatus.State> state() {
    return when(error().isNull(), inline(StepStatus.State.SUCCESS.name()))
        .otherwise(inline(StepStatus.State.ERROR.name()))
        .convert(STATE);
  }

  /** The stored output, or null. */
  public Field<String> output() {
    return columns.text("output");
  }

  /** The stored error, or null. */
  public Field<String> error() {
    return columns.text("error");
  }

  /** The format of output and error. */
  public Field<String> format() {
    return columns.text("serialization");
  }

  /** The child it started or waited for, or null. */
  public Field<String> childId() {
    return columns.text("child_workflow_id");
  }

  /** The application that owns it, or null. */
  public Field<String> application() {
    return columns.text("application_name");
  }

  /** When it began, or null where another implementation left it out. */
  public Field<Instant> startedAt() {
    return columns.moment("started_at_epoch_ms");
  }

  /** When it ended, or null where another implementation left it out. */
  public Field<Instant> completedAt() {
    return columns.moment("completed_at_epoch_ms");
  }

  /** How long it took, or null. */
  public Field<Duration> duration() {
    return columns.between("started_at_epoch_ms", "completed_at_epoch_ms");
  }
}
