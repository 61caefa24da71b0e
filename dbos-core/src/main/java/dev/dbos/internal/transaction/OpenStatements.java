package dev.dbos.internal.transaction;

import dev.dbos.internal.context.WorkflowScope;
import dev.dbos.internal.sql.Backoff;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The statements that a transaction's body has open, which are cancelled when its run must stop, or
 * when they keep a change to their own workflow waiting.
 *
 * <p>Invariant: {@link Statement#cancel} is called with the lock held and only before {@link #end},
 * and {@code end} takes the lock before the connection is given back; so a cancel that comes late
 * finds nothing, and never meets the next user of the connection. The drivers do their part:
 * PostgreSQL's asks for a cancel only while this very statement executes, and lets it return only
 * after the server has taken the request; SQLite's acts at once.
 *
 * <p>A cancel may come just before the statement reaches the database, where it has no effect. So
 * it is repeated until the body has ended, and no statement begins after the first.
 */
final class OpenStatements implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(OpenStatements.class);
  private static final Duration FIRST_REPEAT = Duration.ofMillis(50);
  private static final Duration LAST_REPEAT = Duration.ofSeconds(1);

  private final @Nullable WorkflowScope scope;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition ending = lock.newCondition();
  private final Set<Statement> open = Collections.newSetFromMap(new IdentityHashMap<>());
  private final List<WorkflowScope.Watch> watches = new ArrayList<>();
  private boolean cancelled;
  private boolean ended;

  private OpenStatements(@Nullable WorkflowScope scope) {
    this.scope = scope;
  }

  /**
   * Those of {@code call}, which are cancelled when {@code scope} must stop, or when they keep a
   * change out of the system database.
   *
   * @param scope the run whose step the transaction is, or null
   */
  static OpenStatements of(@Nullable WorkflowScope scope, TransactionCall<?, ?> call) {
    OpenStatements statements = new OpenStatements(scope);
    if (scope != null) {
      Runnable cancel = statements::cancelUntilEnded;
      statements.watches.add(scope.whenStopped(cancel));
      if (!call.mode().readOnly()
          && scope.systemTables().database().equals(call.database().identity())) {
        statements.watches.add(scope.whenInTheWay(cancel));
      }
    }
    return statements;
  }

  void opened(Statement statement) {
    if (scope != null) {
      locked(() -> open.add(statement));
    }
  }

  void closed(Statement statement) {
    if (scope != null) {
      locked(() -> open.remove(statement));
    }
  }

  /** A statement is about to be executed, which it must not be after a cancel. */
  void beforeExecution() {
    if (scope != null) {
      scope.checkRunning();
      requireNotCancelled();
    }
  }

  /**
   * Lets nothing count that came of a body whose statements were cancelled.
   *
   * @throws BodyCancelled when they were
   */
  void requireNotCancelled() {
    locked(
        () -> {
          if (cancelled) {
            throw new BodyCancelled();
          }
        });
  }

  private void cancelUntilEnded() {
    Backoff repeats = new Backoff(FIRST_REPEAT, 2, LAST_REPEAT, ThreadLocalRandom.current());
    lock.lock();
    try {
      for (int attempt = 1; !ended; attempt++) {
        cancelled = true;
        open.forEach(OpenStatements::cancel);
        long nanos = repeats.after(attempt).toNanos();
        while (nanos > 0 && !ended) {
          nanos = ending.awaitNanos(nanos);
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }

  private static void cancel(Statement statement) {
    try {
      statement.cancel();
    } catch (SQLException | RuntimeException refused) {
      LOG.debug("A statement could not be cancelled; its run stops after it", refused);
    }
  }

  /**
   * The body has ended: from here on nothing is cancelled. Statements left open are closed after a
   * cancel, since on SQLite it would hit the ROLLBACK, too, as long as one of them is active.
   */
  void end() {
    locked(
        () -> {
          ended = true;
          ending.signalAll();
          if (cancelled) {
            open.forEach(OpenStatements::close);
          }
          open.clear();
        });
  }

  @Override
  public void close() {
    watches.forEach(WorkflowScope.Watch::close);
    end();
  }

  private static void close(Statement statement) {
    try {
      statement.close();
    } catch (SQLException broken) {
      LOG.debug("A cancelled statement could not be closed", broken);
    }
  }

  private void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
    } finally {
      lock.unlock();
    }
  }
}
