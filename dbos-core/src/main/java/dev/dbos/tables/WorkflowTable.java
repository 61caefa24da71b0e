package dev.dbos.tables;

import dev.dbos.workflow.WorkflowState;
import java.time.Duration;
import java.time.Instant;
import org.jooq.Field;
import org.jooq.JSONB;
import org.jooq.Record;
import org.jooq.Table;
import org.jooq.impl.SQLDataType;

/**
 * The workflows of a system database as a jOOQ table. Its fields keep their names and types
 * whatever becomes of the columns behind them. Immutable.
 */
public final class WorkflowTable {
  /** In schema {@code dbos}, which SQLite ignores, under the alias {@code workflows}. */
  public static final WorkflowTable WORKFLOWS =
      new WorkflowTable(new Columns("dbos", "workflow_status", "workflows"));

  private final Columns columns;

  private WorkflowTable(Columns columns) {
    this.columns = columns;
  }

  /** The one in another schema of a PostgreSQL database. */
  public WorkflowTable in(String schema) {
    return new WorkflowTable(columns.in(schema));
  }

  /** The same under another alias, to be joined with itself. */
  public WorkflowTable as(String alias) {
    return new WorkflowTable(columns.as(alias));
  }

  /** What goes into {@code from} and {@code join}. */
  public Table<Record> table() {
    return columns.table();
  }

  /** The id. */
  public Field<String> id() {
    return columns.text("workflow_uuid");
  }

  /** The name. */
  public Field<String> name() {
    return columns.text("name");
  }

  /** Where it stands. */
  public Field<WorkflowState> state() {
    return columns.state("status");
  }

  /** The stored arguments, or null. */
  public Field<String> input() {
    return columns.text("inputs");
  }

  /** The stored output, or null. */
  public Field<String> output() {
    return columns.text("output");
  }

  /** The stored error, or null. */
  public Field<String> error() {
    return columns.text("error");
  }

  /** The format of input, output and error. */
  public Field<String> format() {
    return columns.text("serialization");
  }

  /** The application that owns it, or null. */
  public Field<String> application() {
    return columns.text("application_name");
  }

  /** The application version, or null. */
  public Field<String> version() {
    return columns.text("application_version");
  }

  /** The process that runs or ran it, or null. */
  public Field<String> executorId() {
    return columns.text("executor_id");
  }

  /** The workflow that started it, or null. */
  public Field<String> parentId() {
    return columns.text("parent_workflow_id");
  }

  /** The workflow it was forked from, or null. */
  public Field<String> forkedFrom() {
    return columns.text("forked_from");
  }

  /** The schedule that started it, or null. */
  public Field<String> schedule() {
    return columns.text("schedule_name");
  }

  /** The user it was started for, or null. */
  public Field<String> user() {
    return columns.text("authenticated_user");
  }

  /** Its attributes, a JSON object, or null; some write a JSON null for none. */
  public Field<JSONB> attributes() {
    return columns.of("attributes", SQLDataType.JSONB);
  }

  /** How many times it was started or recovered. */
  public Field<Long> attempts() {
    return columns.of("recovery_attempts", SQLDataType.BIGINT);
  }

  /** Its queue, or null. */
  public Field<String> queue() {
    return columns.text("queue_name");
  }

  /** Its priority in the queue; 0 is none. */
  public Field<Integer> priority() {
    return columns.of("priority", SQLDataType.INTEGER);
  }

  /** Its deduplication id, until it ends, or null. */
  public Field<String> deduplicationId() {
    return columns.text("deduplication_id");
  }

  /** When it was created. */
  public Field<Instant> createdAt() {
    return columns.moment("created_at");
  }

  /** When its row changed last. */
  public Field<Instant> updatedAt() {
    return columns.moment("updated_at");
  }

  /** When it was taken from its queue, or null. */
  public Field<Instant> dequeuedAt() {
    return columns.moment("started_at_epoch_ms");
  }

  /** When it ended, or null. */
  public Field<Instant> completedAt() {
    return columns.moment("completed_at");
  }

  /** When it is cancelled if it has not ended, or null. */
  public Field<Instant> deadline() {
    return columns.moment("workflow_deadline_epoch_ms");
  }

  /** How long it was queued, or null. */
  public Field<Duration> queueWait() {
    return columns.between("created_at", "started_at_epoch_ms");
  }

  /** How long it took from its creation to its end, or null. */
  public Field<Duration> latency() {
    return columns.between("created_at", "completed_at");
  }
}
