package dev.dbos.internal.transaction;

import static dev.dbos.internal.schema.Tables.DATASOURCE_OUTPUTS;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.param;
import static org.jooq.impl.DSL.row;

import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.sql.SystemDsl;
import dev.dbos.serialization.Payload;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.InsertValuesStepN;

/**
 * Results in {@code datasource_outputs} in the user's database: the durable truth of a step until
 * the system database holds it too.
 */
final class DatasourceOutcomes implements OutcomeTable {
  private final String insert;
  private final String replaceStale;
  private final String find;
  private final String delete;
  private final String forget;
  private final String leftOver;

  DatasourceOutcomes(Dialect dialect, String schema) {
    DSLContext dsl = SystemDsl.of(dialect, schema);
    this.insert = dsl.render(insertInto(dsl));
    this.replaceStale =
        dsl.render(
            insertInto(dsl)
                .onConflict(DATASOURCE_OUTPUTS.WORKFLOW_ID, DATASOURCE_OUTPUTS.STEP_ID)
                .doUpdate()
                .set(DATASOURCE_OUTPUTS.OUTPUT, excluded(DATASOURCE_OUTPUTS.OUTPUT))
                .set(DATASOURCE_OUTPUTS.ERROR, excluded(DATASOURCE_OUTPUTS.ERROR))
                .set(DATASOURCE_OUTPUTS.SERIALIZATION, excluded(DATASOURCE_OUTPUTS.SERIALIZATION))
                .set(DATASOURCE_OUTPUTS.CREATED_AT, excluded(DATASOURCE_OUTPUTS.CREATED_AT))
                .set(DATASOURCE_OUTPUTS.STEP_NAME, excluded(DATASOURCE_OUTPUTS.STEP_NAME))
                .set(DATASOURCE_OUTPUTS.INCARNATION, excluded(DATASOURCE_OUTPUTS.INCARNATION))
                .set(DATASOURCE_OUTPUTS.ATTEMPT, excluded(DATASOURCE_OUTPUTS.ATTEMPT))
                .where(
                    DATASOURCE_OUTPUTS
                        .INCARNATION
                        .isNull()
                        .or(
                            DATASOURCE_OUTPUTS.INCARNATION.ne(
                                excluded(DATASOURCE_OUTPUTS.INCARNATION)))));
    this.find =
        dsl.render(
            dsl.select(
                    DATASOURCE_OUTPUTS.OUTPUT,
                    DATASOURCE_OUTPUTS.ERROR,
                    DATASOURCE_OUTPUTS.SERIALIZATION,
                    DATASOURCE_OUTPUTS.STEP_NAME,
                    DATASOURCE_OUTPUTS.INCARNATION,
                    DATASOURCE_OUTPUTS.ATTEMPT,
                    DATASOURCE_OUTPUTS.CREATED_AT)
                .from(DATASOURCE_OUTPUTS)
                .where(DATASOURCE_OUTPUTS.WORKFLOW_ID.eq(param("id", String.class)))
                .and(DATASOURCE_OUTPUTS.STEP_ID.eq(param("step", Integer.class))));
    this.leftOver = leftOver(dsl);
    this.forget =
        dsl.render(
            dsl.deleteFrom(DATASOURCE_OUTPUTS)
                .where(DATASOURCE_OUTPUTS.WORKFLOW_ID.eq(param("id", String.class)))
                .and(
                    DATASOURCE_OUTPUTS
                        .INCARNATION
                        .eq(param("incarnation", Long.class))
                        .or(DATASOURCE_OUTPUTS.INCARNATION.isNull())));
    this.delete =
        dsl.render(
            dsl.deleteFrom(DATASOURCE_OUTPUTS)
                .where(DATASOURCE_OUTPUTS.WORKFLOW_ID.eq(param("id", String.class)))
                .and(DATASOURCE_OUTPUTS.STEP_ID.eq(param("step", Integer.class)))
                .and(DATASOURCE_OUTPUTS.INCARNATION.eq(param("incarnation", Long.class))));
  }

  private static String leftOver(DSLContext dsl) {
    return dsl.render(
        dsl.select(
                DATASOURCE_OUTPUTS.WORKFLOW_ID,
                DATASOURCE_OUTPUTS.STEP_ID,
                DATASOURCE_OUTPUTS.INCARNATION)
            .from(DATASOURCE_OUTPUTS)
            .where(
                row(DATASOURCE_OUTPUTS.WORKFLOW_ID, DATASOURCE_OUTPUTS.STEP_ID)
                    .gt(param("id", String.class), param("step", Integer.class)))
            .and(DATASOURCE_OUTPUTS.CREATED_AT.lt(param("before", Long.class)))
            .and(DATASOURCE_OUTPUTS.INCARNATION.isNotNull())
            .orderBy(DATASOURCE_OUTPUTS.WORKFLOW_ID, DATASOURCE_OUTPUTS.STEP_ID)
            .limit(param("limit", Integer.class)));
  }

  List<OutputRow> leftOver(
      Connection connection, OutputRow last, long createdBeforeMillis, int limit)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(leftOver)) {
      statement.setString(1, last.workflowId());
      statement.setInt(2, last.stepId());
      statement.setLong(3, createdBeforeMillis);
      statement.setInt(4, limit);
      List<OutputRow> rows = new ArrayList<>();
      try (ResultSet row = statement.executeQuery()) {
        while (row.next()) {
          rows.add(new OutputRow(row.getString(1), row.getInt(2), row.getLong(3)));
        }
      }
      return rows;
    }
  }

  private static InsertValuesStepN<?> insertInto(DSLContext dsl) {
    return dsl.insertInto(DATASOURCE_OUTPUTS)
        .columns(
            List.of(
                DATASOURCE_OUTPUTS.WORKFLOW_ID,
                DATASOURCE_OUTPUTS.STEP_ID,
                DATASOURCE_OUTPUTS.OUTPUT,
                DATASOURCE_OUTPUTS.ERROR,
                DATASOURCE_OUTPUTS.SERIALIZATION,
                DATASOURCE_OUTPUTS.CREATED_AT,
                DATASOURCE_OUTPUTS.STEP_NAME,
                DATASOURCE_OUTPUTS.INCARNATION,
                DATASOURCE_OUTPUTS.ATTEMPT))
        .values(
            param("id", String.class),
            param("step", Integer.class),
            param("output", String.class),
            param("error", String.class),
            param("format", String.class),
            param("created", Long.class),
            param("name", String.class),
            param("incarnation", Long.class),
            param("attempt", String.class));
  }

  @Override
  public String insert() {
    return insert;
  }

  @Override
  public String replaceStale() {
    return replaceStale;
  }

  /** Deletes all results of one life of a workflow id: parameters id, incarnation. */
  String forget() {
    return forget;
  }

  /** Deletes one result of one life of a workflow id: parameters id, step, incarnation. */
  String delete() {
    return delete;
  }

  @Override
  public void bind(PreparedStatement statement, WorkflowScope scope, StepRecord outcome)
      throws SQLException {
    Payload payload = outcome.payload();
    statement.setString(1, scope.workflowId());
    statement.setInt(2, outcome.stepId());
    statement.setString(3, payload.outputText());
    statement.setString(4, payload.errorText());
    statement.setString(5, payload.format());
    statement.setLong(6, outcome.completedAtMillis());
    statement.setString(7, outcome.name());
    statement.setLong(8, scope.incarnation());
    statement.setString(9, scope.runToken());
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
        long incarnation = row.getLong(5);
        Long incarnationOrNull = row.wasNull() ? null : incarnation;
        return Optional.of(
            new FoundOutcome(
                payload, row.getString(4), incarnationOrNull, row.getString(6), row.getLong(7)));
      }
    }
  }

  @Override
  public boolean isSystemRecord() {
    return false;
  }
}
