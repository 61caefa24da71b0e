package dev.dbos.internal.transaction;

import static dev.dbos.internal.schema.Tables.OPERATION_OUTPUTS;
import static dev.dbos.internal.schema.Tables.WORKFLOW_STATUS;
import static org.jooq.impl.DSL.coalesce;
import static org.jooq.impl.DSL.field;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.select;

import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.serialization.Payload;
import dev.dbos.workflow.WorkflowState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jooq.DSLContext;

/**
 * Results in {@code operation_outputs}, for a datasource in the system database itself: the user's
 * SQL and the step's record are one commit and there is nothing else to write.
 *
 * <p>The insert takes the workflow's id from its row, and only while the run still owns it and it
 * was not cancelled. Otherwise the id is null, which the column refuses, so that the whole
 * transaction is aborted without a further exchange. The status is compared as an expression: an
 * index of few pending rows looks cheap to the planner until there are many.
 */
final class SystemOutcomes implements OutcomeTable {
  private final String insert;
  private final String find;

  SystemOutcomes(Dialect dialect, String schema) {
    DSLContext dsl = SystemDsl.of(dialect, schema);
    this.insert =
        dsl.render(
            dsl.insertInto(OPERATION_OUTPUTS)
                .columns(
                    OPERATION_OUTPUTS.WORKFLOW_UUID,
                    OPERATION_OUTPUTS.FUNCTION_ID,
                    OPERATION_OUTPUTS.FUNCTION_NAME,
                    OPERATION_OUTPUTS.OUTPUT,
                    OPERATION_OUTPUTS.ERROR,
                    OPERATION_OUTPUTS.SERIALIZATION,
                    OPERATION_OUTPUTS.STARTED_AT_EPOCH_MS,
                    OPERATION_OUTPUTS.COMPLETED_AT_EPOCH_MS,
                    OPERATION_OUTPUTS.APPLICATION_NAME)
                .values(
                    field(
                        select(WORKFLOW_STATUS.WORKFLOW_UUID)
                            .from(WORKFLOW_STATUS)
                            .where(WORKFLOW_STATUS.WORKFLOW_UUID.eq(param("id", String.class)))
                            .and(WORKFLOW_STATUS.OWNER_XID.eq(param("owner", String.class)))
                            .and(
                                coalesce(WORKFLOW_STATUS.STATUS, inline(""))
                                    .eq(inline(WorkflowState.PENDING.name())))),
                    param("step", Integer.class),
                    param("name", String.class),
                    param("output", String.class),
                    param("error", String.class),
                    param("format", String.class),
                    param("started", Long.class),
                    param("completed", Long.class),
                    param("application", String.class)));
    this.find =
        dsl.render(
            dsl.select(
                    OPERATION_OUTPUTS.OUTPUT,
                    OPERATION_OUTPUTS.ERROR,
                    OPERATION_OUTPUTS.SERIALIZATION,
                    OPERATION_OUTPUTS.FUNCTION_NAME)
                .from(OPERATION_OUTPUTS)
                .where(OPERATION_OUTPUTS.WORKFLOW_UUID.eq(param("id", String.class)))
                .and(OPERATION_OUTPUTS.FUNCTION_ID.eq(param("step", Integer.class))));
  }

  @Override
  public String insert() {
    return insert;
  }

  @Override
  public String replaceStale() {
    throw new IllegalStateException("A step row goes with its workflow row and is never stale.");
  }

  @Override
  public void bind(PreparedStatement statement, WorkflowScope scope, StepRecord outcome)
      throws SQLException {
    Payload payload = outcome.payload();
    statement.setString(1, scope.workflowId());
    statement.setString(2, scope.runToken());
    statement.setInt(3, outcome.stepId());
    statement.setString(4, outcome.name());
    statement.setString(5, payload.outputText());
    statement.setString(6, payload.errorText());
    statement.setString(7, payload.format());
    statement.setLong(8, outcome.startedAtMillis());
    statement.setLong(9, outcome.completedAtMillis());
    statement.setString(10, scope.systemTables().applicationName());
  }

  @Override
  public Optional<FoundOutcome> find(Connection connection, WorkflowScope scope, int stepId)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(find)) {
      statement.setString(1, scope.workflowId());
      statement.setInt(2, stepId);
      try (ResultSet row = statement.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Payload payload = new Payload(row.getString(1), row.getString(2), row.getString(3));
        return Optional.of(
            new FoundOutcome(
                payload, row.getString(4), scope.incarnation(), null, scope.incarnation()));
      }
    }
  }

  @Override
  public boolean isSystemRecord() {
    return true;
  }
}
