package dev.dbos.internal.transaction;

import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Where a transaction's result is written together with the user's SQL: the step table of the
 * system database when both are one database, else a table of ours beside the user's.
 */
sealed interface OutcomeTable permits SystemOutcomes, DatasourceOutcomes {
  /** The plain INSERT of a result; a row that is already there makes it fail. */
  String insert();

  /** The INSERT that replaces a row left by an earlier life of the workflow id. */
  String replaceStale();

  /** Sets the parameters of either. */
  void bind(PreparedStatement statement, WorkflowScope scope, StepRecord outcome)
      throws SQLException;

  /** The recorded result of a step, if there is one. */
  Optional<FoundOutcome> find(Connection connection, WorkflowScope scope, int stepId)
      throws SQLException;

  /** Whether the row is itself the step's record in the system database. */
  boolean isSystemRecord();
}
