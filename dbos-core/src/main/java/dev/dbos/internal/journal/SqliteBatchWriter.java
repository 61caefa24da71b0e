package dev.dbos.internal.journal;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.castNull;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;

import dev.dbos.internal.context.Standing;
import dev.dbos.internal.context.StartColumn;
import dev.dbos.internal.context.StartColumn.Extent;
import dev.dbos.internal.context.StartRow;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.serialization.PortableJson;
import dev.dbos.workflow.WorkflowState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Param;
import org.jspecify.annotations.Nullable;

/**
 * A statement for each row in one transaction: SQLite runs in this process, so what counts is the
 * one commit and not the number of statements. The transaction is immediate, so nobody changes an
 * owner between the look and the insert.
 */
final class SqliteBatchWriter implements BatchWriter {
  private final Database database;
  private final Map<Extent, String> starts = new EnumMap<>(Extent.class);
  private final String standing;
  private final String step;
  private final String finish;

  SqliteBatchWriter(Database database, String schema) {
    this.database = database;
    DSLContext dsl = SystemDsl.of(database.dialect(), schema);
    for (Extent extent : Extent.values()) {
      starts.put(extent, start(dsl, extent));
    }
    this.standing =
        dsl.render(
            select(WORKFLOW_STATUS.STATUS, WORKFLOW_STATUS.OWNER_XID)
                .from(WORKFLOW_STATUS)
                .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(text())));
    this.step =
        dsl.render(
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
                .values(
                    text(),
                    param("n", Integer.class),
                    text(),
                    text(),
                    text(),
                    text(),
                    text(),
                    number(),
                    number(),
                    text())
                .onConflictDoNothing());
    this.finish =
        dsl.render(
            dsl.update(WORKFLOW_STATUS)
                .set(WORKFLOW_STATUS.STATUS, text())
                .set(WORKFLOW_STATUS.OUTPUT, text())
                .set(WORKFLOW_STATUS.ERROR, text())
                .set(WORKFLOW_STATUS.UPDATED_AT, number())
                .set(WORKFLOW_STATUS.COMPLETED_AT, number())
                .set(WORKFLOW_STATUS.SERIALIZATION, inline(PortableJson.PORTABLE_JSON))
                .set(
                    WORKFLOW_STATUS.DEDUPLICATION_ID,
                    castNull(WORKFLOW_STATUS.DEDUPLICATION_ID.getDataType()))
                .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(text()))
                .and(WORKFLOW_STATUS.STATUS.eq(inline(WorkflowState.PENDING.name())))
                .and(WORKFLOW_STATUS.OWNER_XID.eq(text())));
  }

  /** A parameter for each column of the extent. */
  private static String start(DSLContext dsl, Extent extent) {
    Map<Field<?>, Field<?>> values = new LinkedHashMap<>();
    for (StartColumn column : StartColumn.of(extent)) {
      values.put(column.target(), param("v", column.target().getDataType()));
    }
    values.putAll(StartColumn.constants(extent));
    return dsl.render(
        dsl.insertInto(WORKFLOW_STATUS)
            .columns(values.keySet())
            .values(values.values())
            .onConflictDoNothing());
  }

  private static Param<String> text() {
    return param("t", String.class);
  }

  private static Param<Long> number() {
    return param("n", Long.class);
  }

  @Override
  public void write(List<Checkpoint> batch) throws SQLException {
    database.write(
        connection -> {
          for (Checkpoint checkpoint : batch) {
            write(connection, checkpoint);
          }
          return batch.size();
        });
  }

  private void write(Connection connection, Checkpoint checkpoint) throws SQLException {
    if (checkpoint.start() != null) {
      checkpoint.startInserted(insert(connection, checkpoint.start()));
    }
    if (checkpoint.step() != null) {
      StepRow row = checkpoint.step();
      Standing found = standing(connection, row.workflowId());
      boolean owned = found != null && Objects.equals(found.owner(), row.runToken());
      checkpoint.stepInserted(owned && insert(connection, row), found);
    }
    if (checkpoint.finish() != null) {
      checkpoint.finished(update(connection, checkpoint.finish()));
    }
  }

  private boolean insert(Connection connection, StartRow row) throws SQLException {
    Extent extent = StartColumn.extentOf(List.of(row));
    try (PreparedStatement statement =
        connection.prepareStatement(Objects.requireNonNull(starts.get(extent)))) {
      int index = 0;
      for (StartColumn column : StartColumn.of(extent)) {
        statement.setObject(++index, column.value().apply(row));
      }
      return statement.executeUpdate() == 1;
    }
  }

  private @Nullable Standing standing(Connection connection, String workflowId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(standing)) {
      statement.setString(1, workflowId);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() ? new Standing(row.getString(1), row.getString(2)) : null;
      }
    }
  }

  private boolean insert(Connection connection, StepRow row) throws SQLException {
    StepRecord record = row.step();
    try (PreparedStatement statement = connection.prepareStatement(step)) {
      statement.setString(1, row.workflowId());
      statement.setInt(2, record.stepId());
      statement.setString(3, record.name());
      statement.setString(4, record.payload().outputText());
      statement.setString(5, record.payload().errorText());
      statement.setString(6, record.payload().format());
      statement.setString(7, record.childId());
      statement.setLong(8, record.startedAtMillis());
      statement.setLong(9, record.completedAtMillis());
      statement.setString(10, row.applicationName());
      return statement.executeUpdate() == 1;
    }
  }

  private boolean update(Connection connection, FinishRow row) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(finish)) {
      statement.setString(1, row.state().name());
      statement.setString(2, row.outcome().outputText());
      statement.setString(3, row.outcome().errorText());
      statement.setLong(4, row.completedAtMillis());
      statement.setLong(5, row.completedAtMillis());
      statement.setString(6, row.workflowId());
      statement.setString(7, row.runToken());
      return statement.executeUpdate() == 1;
    }
  }
}
