package dev.dbos.liquibase;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to migrate one database: first the turn within this JVM, since Liquibase's internals
 * are not safe for concurrent use, then the guard against other processes. Lock order is always
 * this one, and everything is given back by {@link #close}.
 */
final class MigrationTurn implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(LiquibaseMigrations.class);

  private static final ReentrantLock JVM = new ReentrantLock(true);

  private final MigrationGuard guard;

  private MigrationTurn(MigrationGuard guard) {
    this.guard = guard;
  }

  /** Whether nobody else can be migrating the same database meanwhile. */
  boolean exclusive() {
    return guard.exclusive();
  }

  /** Waits for the turn, at most {@code timeout} for each of the two locks. */
  static MigrationTurn await(Connection connection, Duration timeout) {
    boolean taken = false;
    try {
      if (!JVM.tryLock(timeout.toNanos(), TimeUnit.NANOSECONDS)) {
        throw LiquibaseFailure.busy("Another thread of this process", timeout);
      }
      MigrationGuard guard = MigrationGuard.of(connection);
      awaitOthers(guard, timeout);
      taken = true;
      return new MigrationTurn(guard);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw LiquibaseFailure.schema("Interrupted while waiting to migrate", e);
    } catch (IOException e) {
      throw LiquibaseFailure.schema(
          "The lock file beside the database could not be used ("
              + e.getClass().getSimpleName()
              + "), so others cannot be kept from migrating; make its directory writable",
          e);
    } catch (SQLException e) {
      throw LiquibaseFailure.schema("The lock that keeps others from migrating failed", e);
    } finally {
      if (!taken && JVM.isHeldByCurrentThread()) {
        JVM.unlock();
      }
    }
  }

  private static void awaitOthers(MigrationGuard guard, Duration timeout)
      throws SQLException, IOException, InterruptedException {
    Pauses pauses = new Pauses(timeout);
    while (!guard.tryAcquire()) {
      if (pauses.first()) {
        LOG.info("Another process is migrating the application database; waiting for it.");
      }
      if (!pauses.next()) {
        throw LiquibaseFailure.busy("Another process", timeout);
      }
    }
  }

  @Override
  public void close() {
    try {
      guard.release();
    } catch (SQLException | IOException e) {
      // A lost connection or a removed directory: the lock is gone with it, and what the migration
      // itself met is the better report.
      LOG.debug("The lock that keeps others from migrating was not given back by itself.", e);
    } finally {
      JVM.unlock();
    }
  }
}
