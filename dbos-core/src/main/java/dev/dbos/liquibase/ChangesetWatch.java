package dev.dbos.liquibase;

import java.util.Optional;
import liquibase.changelog.ChangeSet;
import liquibase.changelog.ChangeSet.ExecType;
import liquibase.changelog.ChangeSet.RunStatus;
import liquibase.changelog.DatabaseChangeLog;
import liquibase.changelog.visitor.AbstractChangeExecListener;
import liquibase.database.Database;
import org.jspecify.annotations.Nullable;

/**
 * Follows a run: joins each changeset with its record, counts, and remembers the one that failed.
 */
final class ChangesetWatch extends AbstractChangeExecListener {

  private final BorrowedConnection connection;
  private int applied;
  private @Nullable ChangeSet failed;

  ChangesetWatch(BorrowedConnection connection) {
    this.connection = connection;
  }

  /** The connection the run is on. */
  BorrowedConnection connection() {
    return connection;
  }

  /** How many changesets ran and were recorded. */
  int applied() {
    return applied;
  }

  /** The changeset that failed. */
  Optional<ChangeSet> failed() {
    return Optional.ofNullable(failed);
  }

  @Override
  public void willRun(
      ChangeSet changeset, DatabaseChangeLog changelog, Database database, RunStatus status) {
    connection.leaveOutNextCommit();
  }

  @Override
  public void ran(
      ChangeSet changeset, DatabaseChangeLog changelog, Database database, ExecType type) {
    applied++;
  }

  @Override
  public void runFailed(
      ChangeSet changeset, DatabaseChangeLog changelog, Database database, Exception exception) {
    failed = changeset;
    connection.commitAsUsual();
  }
}
