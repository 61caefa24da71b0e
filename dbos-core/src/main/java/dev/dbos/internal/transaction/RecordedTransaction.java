package dev.dbos.internal.transaction;

import dev.dbos.error.ConfigurationException;
import dev.dbos.error.DatabaseUnavailableException;
import dev.dbos.error.SchemaException;
import dev.dbos.error.TransactionRetriesExhaustedException;
import dev.dbos.error.UnexpectedStepException;
import dev.dbos.internal.context.AtCommit;
import dev.dbos.internal.context.Place;
import dev.dbos.internal.context.RunStopped;
import dev.dbos.internal.context.StepCodec;
import dev.dbos.internal.context.StepRecord;
import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Database.Access;
import dev.dbos.internal.sql.Lease;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.sql.TransactionMode;
import dev.dbos.internal.sql.Transactions;
import dev.dbos.serialization.Payload;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A transaction that is a step of a workflow: its writes and its result commit together.
 *
 * <p>One primary key decides. Every run, and every attempt of a run, ends its transaction by
 * inserting the step's row; whoever comes second fails on the key, is rolled back, and takes the
 * result that is there. An error of the body is recorded through the same insert, in a transaction
 * of its own. So:
 *
 * <ul>
 *   <li>a crash before the commit leaves no row, and the body runs again;
 *   <li>a commit whose acknowledgement was lost left a row, which the next attempt looks for first;
 *       if the server is still busy committing, the key makes the next attempt wait for it;
 *   <li>a rival that was first left a row. If this run still owns the workflow the rival is a thing
 *       of the past and its result is taken; otherwise this run stops.
 * </ul>
 *
 * <p>A run that inserted its own workflow row does not look before the first attempt: nobody else
 * can have recorded a step, and if a row is there after all, it was left by an earlier life of the
 * id.
 */
final class RecordedTransaction<R extends @Nullable Object, X extends Exception> {
  private final TransactionCall<R, X> call;
  private final WorkflowScope scope;
  private final OutcomeTable table;
  private final int stepId;
  private final Retries retries;
  private final long startedAtMillis;

  private AtCommit atCommit = new AtCommit();
  private boolean lookFirst;
  private boolean replaceStale;
  private boolean lostOne;
  private @Nullable R result;
  private @Nullable Throwable failure;
  private @Nullable Payload failurePayload;

  RecordedTransaction(
      TransactionCall<R, X> call, Place place, OutcomeTable table, Retries retries) {
    this.call = call;
    this.scope = place.scope();
    this.table = table;
    this.stepId = place.stepId();
    this.retries = retries;
    this.lookFirst = scope.resumed();
    this.startedAtMillis = scope.clock().millis();
  }

  /** What one attempt came to. */
  private sealed interface Attempt {
    /** The step's row is committed. */
    record Recorded(StepRecord row) implements Attempt {}

    /** The row was there already. */
    record Found(FoundOutcome outcome) implements Attempt {}

    /** Nothing was committed, as far as we know; to be tried again after a pause. */
    record Again(SqlFailure kind, Throwable failure) implements Attempt {}

    /** Nothing was committed; to be tried again at once, knowing more. */
    record AtOnce() implements Attempt {}

    /** The run may not write any more. */
    record Refused(Throwable failure) implements Attempt {}
  }

  /** Runs to the recorded result. {@code whenDurable} follows once the system database has it. */
  R run(Runnable whenDurable) throws X {
    while (true) {
      scope.checkRunningAndNotInTheWay();
      switch (once()) {
        case Attempt.Recorded recorded -> {
          return committed(recorded.row(), whenDurable);
        }
        case Attempt.Found found -> {
          return adopted(found.outcome(), whenDurable);
        }
        case Attempt.Again again -> {
          lookFirst = true;
          lostOne |= again.kind() == SqlFailure.CONNECTION_LOST;
          pause(again.kind(), again.failure());
        }
        case Attempt.Refused refused -> {
          scope.checkOwnership();
          pause(SqlFailure.CONFLICT, refused.failure());
        }
        case Attempt.AtOnce atOnce -> {}
      }
    }
  }

  /** Giving up is a result of the step like any other, so that a replay gives up as well. */
  private void pause(SqlFailure kind, Throwable cause) {
    try {
      retries.after(kind, cause);
    } catch (TransactionRetriesExhaustedException exhausted) {
      if (failurePayload != null) {
        throw exhausted;
      }
      remember(exhausted);
    }
  }

  private Attempt once() {
    if (replaceStale) {
      // A run of an earlier life that wakes up late must not take the later one's result for stale.
      scope.checkOwnership();
    }
    try (Lease lease = call.database().lease(Access.WRITE, call.borrower())) {
      if (lookFirst) {
        boolean isChecked = replaceStale;
        Optional<FoundOutcome> found = look(lease);
        if (found.isPresent()) {
          return new Attempt.Found(found.get());
        }
        if (replaceStale && !isChecked) {
          return new Attempt.AtOnce();
        }
        lookFirst = false;
      }
      return runAndRecord(lease);
    } catch (SQLException | DatabaseUnavailableException unavailable) {
      return new Attempt.Again(SqlFailure.CONNECTION_LOST, unavailable);
    }
  }

  private Optional<FoundOutcome> look(Lease lease) throws SQLException {
    Optional<FoundOutcome> found = table.find(lease.connection(), scope, stepId);
    if (found.isPresent() && !found.get().isOfIncarnation(scope.incarnation())) {
      replaceStale = true;
      return Optional.empty();
    }
    return found;
  }

  private Attempt runAndRecord(Lease lease) throws SQLException {
    Payload payload;
    try {
      payload = failurePayload != null ? openForFailure(lease) : runBody(lease);
    } catch (Throwable thrown) {
      SqlFailure kind = call.transience(thrown, lease);
      Transactions.rollbackAfter(thrown, lease);
      RunStopped.unlessResult(thrown, scope);
      if (kind.isRetryable()) {
        return new Attempt.Again(kind, thrown);
      }
      if (thrown instanceof BodyCancelled) {
        return new Attempt.AtOnce();
      }
      remember(thrown);
      return new Attempt.AtOnce();
    }
    return write(lease, payload);
  }

  private Payload runBody(Lease lease) throws X, SQLException {
    retries.watch().begin();
    atCommit = new AtCommit();
    R value = call.runBody(lease, scope, atCommit);
    Payload payload = call.output(scope.codec(), value);
    result = value;
    return payload;
  }

  private Payload openForFailure(Lease lease) throws SQLException {
    atCommit = new AtCommit();
    Transactions.begin(lease, TransactionMode.WRITE);
    return Objects.requireNonNull(failurePayload);
  }

  /** From here on the attempts record the failure instead of running the body. */
  private void remember(Throwable thrown) {
    failure = thrown;
    failurePayload = scope.codec().error(thrown);
  }

  private Attempt write(Lease lease, Payload payload) throws SQLException {
    StepRecord row =
        new StepRecord(stepId, call.name(), payload, null, startedAtMillis, scope.clock().millis());
    try {
      return insertAndCommit(lease, row) ? new Attempt.Recorded(row) : new Attempt.AtOnce();
    } catch (SQLException refused) {
      SqlFailure kind = SqlFailure.of(refused);
      Transactions.rollbackAfter(refused, lease);
      return afterRefusal(lease, kind, refused);
    }
  }

  /** False when a stale row that was to be replaced is no longer stale. */
  private boolean insertAndCommit(Lease lease, StepRecord row) throws SQLException {
    Database database = call.database();
    String sql =
        replaceStale
            ? table.replaceStale()
            : Transactions.andCommit(table.insert(), database.dialect());
    try (PreparedStatement statement = lease.connection().prepareStatement(sql)) {
      table.bind(statement, scope, row);
      statement.execute();
      if (replaceStale && statement.getUpdateCount() == 0) {
        Transactions.rollback(lease);
        replaceStale = false;
        lookFirst = true;
        return false;
      }
      Transactions.drain(statement);
    }
    if (replaceStale) {
      Transactions.commit(lease);
    } else {
      Transactions.commitUnlessCommitted(lease);
    }
    atCommit.afterCommit();
    return true;
  }

  private Attempt afterRefusal(Lease lease, SqlFailure kind, SQLException refused)
      throws SQLException {
    return switch (kind) {
      case CONNECTION_LOST -> {
        retries.watch().commitUnknown(refused);
        atCommit.afterCommit();
        yield new Attempt.Again(kind, refused);
      }
      case STORAGE_FAILED -> new Attempt.Again(kind, refused);
      // The statement timeout here ended the wait for a rival that holds the key.
      case CONFLICT, STATEMENT_TIMEOUT -> new Attempt.Again(SqlFailure.CONFLICT, refused);
      case UNIQUE_VIOLATION -> afterDuplicate(lease, refused);
      case NOT_NULL_VIOLATION -> new Attempt.Refused(refused);
      default -> failedAtCommit(refused);
    };
  }

  private Attempt afterDuplicate(Lease lease, SQLException refused) throws SQLException {
    Optional<FoundOutcome> found = look(lease);
    if (found.isPresent()) {
      return new Attempt.Found(found.get());
    }
    // No row of this step: the key was one of the user's, checked only at COMMIT.
    return replaceStale ? new Attempt.AtOnce() : failedAtCommit(refused);
  }

  private Attempt failedAtCommit(SQLException refused) {
    if (failurePayload != null) {
      throw new SchemaException(
          "The result of transaction \""
              + call.name()
              + "\" (step "
              + stepId
              + " of workflow "
              + scope.workflowId()
              + ") could not be written to the output table of datasource "
              + call.database().name()
              + ": "
              + refused.getMessage(),
          call.database().name(),
          refused);
    }
    remember(refused);
    return new Attempt.AtOnce();
  }

  private R committed(StepRecord row, Runnable whenDurable) throws X {
    if (!table.isSystemRecord()) {
      scope.recordLater(row, unlessOneWasLost(whenDurable));
    }
    if (failure != null) {
      throw StepCodec.<X>asIs(scope.codec().errors().settle(failure));
    }
    return StepCodec.asDeclared(result);
  }

  private R adopted(FoundOutcome found, Runnable whenDurable) throws X {
    if (found.stepName() != null && !found.stepName().equals(call.name())) {
      throw UnexpectedStepException.at(scope.workflowId(), stepId, call.name(), found.stepName());
    }
    if (!scope.runToken().equals(found.attempt())) {
      scope.checkOwnership();
    }
    if (!table.isSystemRecord()) {
      long writtenAt = found.createdAtMillis();
      scope.recordLater(
          new StepRecord(stepId, call.name(), found.payload(), null, writtenAt, writtenAt),
          unlessOneWasLost(whenDurable));
    }
    return scope.codec().<R, X>replay(found.payload());
  }

  /**
   * What the network has lost of an earlier attempt, it may still deliver, COMMIT included. Then
   * the row is what makes the server refuse it, so it stays until the sweep finds it to be old.
   */
  private Runnable unlessOneWasLost(Runnable whenDurable) {
    return lostOne ? () -> {} : whenDurable;
  }

  /** Refuses what cannot be one transaction. */
  static ConfigurationException acrossDatasources(String inner, String outer, String transaction) {
    return new ConfigurationException(
        "A transaction of datasource "
            + inner
            + " was called inside transaction \""
            + transaction
            + "\" of datasource "
            + outer
            + ": the two cannot commit together. Call one after the other, each as its own step.",
        null);
  }
}
