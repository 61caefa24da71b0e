package dev.dbos.internal.outbox;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Arrival;
import dev.dbos.internal.operations.Patience;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.outbox.OutboxLedger.Overtaken;
import dev.dbos.internal.sql.Backoff;
import dev.dbos.internal.sql.Rounds;
import dev.dbos.internal.sql.SqlFailure;
import dev.dbos.internal.transaction.DurableTransactions;
import dev.dbos.observe.OutboxBacklog;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Delivers what is in the outbox of one datasource, on one thread. It looks when a transaction of
 * this process has committed something into it, and now and then for what others left there.
 */
final class Relay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  /** Between two looks at an outbox in which there was nothing; the next ones come more slowly. */
  private static final Backoff IDLE =
      new Backoff(
          Duration.ofMillis(1_300), 1.5, Duration.ofSeconds(6), ThreadLocalRandom.current());

  /** After somebody else has delivered what was to be delivered here. */
  private static final Backoff OVERTAKEN =
      new Backoff(Duration.ofMillis(5), 2, Duration.ofMillis(200), ThreadLocalRandom.current());

  private static final Duration UNTIL_TOLD = Duration.ofDays(1);
  private static final Duration GLANCE = Duration.ofMillis(20);
  private static final int MOST_CONFLICTS = 10;

  private final DurableTransactions datasource;
  private final OutboxFile file;
  private final RelayRound round;
  private final InstantSource clock;
  private final boolean polls;
  private final Rounds rounds;
  private volatile OutboxBacklog lastSeen;
  private int idle;
  private int overtaken;

  Relay(DurableTransactions datasource, SystemAccess access, boolean polls) {
    this.datasource = datasource;
    this.file = new OutboxFile(datasource, access.applicationName());
    this.round = new RelayRound(file, access);
    this.clock = access.clock();
    this.polls = polls;
    this.rounds = new Rounds("outbox " + datasource.name(), this::look);
    this.lastSeen = new OutboxBacklog(datasource.name(), 0, null, 0);
  }

  /** The datasource's name. */
  String datasource() {
    return datasource.name();
  }

  /** The outbox. */
  OutboxFile file() {
    return file;
  }

  /**
   * How full the outbox is.
   *
   * @throws dev.dbos.error.DatabaseUnavailableException when nobody can tell
   */
  OutboxBacklog backlog() {
    OutboxRows.Figures figures = file.figures();
    Long oldest = figures.oldestMillis();
    OutboxBacklog backlog =
        new OutboxBacklog(
            datasource.name(),
            figures.waiting(),
            oldest == null ? null : Duration.ofMillis(Math.max(0, clock.millis() - oldest)),
            figures.setAside());
    lastSeen = backlog;
    return backlog;
  }

  /** How full it was when it was looked at last. */
  OutboxBacklog lastSeen() {
    return lastSeen;
  }

  void start() {
    rounds.start();
  }

  /** Something has been committed into the outbox, perhaps. */
  void signal() {
    rounds.signal();
    rounds.start();
  }

  /** Delivers what there is; how long to wait before the next look. */
  private Duration look() throws SQLException {
    try {
      boolean more = round.run();
      overtaken = 0;
      idle = more ? 0 : idle + 1;
      if (more) {
        return Duration.ZERO;
      }
      backlog();
      return polls ? IDLE.after(idle) : UNTIL_TOLD;
    } catch (Overtaken byOther) {
      return OVERTAKEN.after(++overtaken);
    } catch (SQLException | RuntimeException failure) {
      if (SqlFailure.of(failure) == SqlFailure.CONFLICT && overtaken < MOST_CONFLICTS) {
        return OVERTAKEN.after(++overtaken);
      }
      seeBacklog();
      throw failure;
    }
  }

  /** It grows while nothing can be delivered. */
  private void seeBacklog() {
    try {
      backlog();
    } catch (RuntimeException away) {
      LOG.debug("Nobody can tell how full the outbox of {} is", datasource.name(), away);
    }
  }

  /** Whether a workflow that was started through this outbox is on its way. */
  Arrival arrival(String workflowId) {
    return () -> new Lookout(workflowId);
  }

  /** Looks for one workflow. */
  private final class Lookout implements Arrival.Lookout {
    private final String workflowId;
    private boolean gone;

    Lookout(String workflowId) {
      this.workflowId = workflowId;
    }

    @Override
    public boolean again(Patience patience) {
      Optional<OutboxRows.Standing> standing = file.start(workflowId);
      if (standing.isEmpty()) {
        // It may have arrived between the look for it there and the one here.
        boolean lookOnce = !gone;
        gone = true;
        return lookOnce;
      }
      String reason = standing.get().reason();
      if (reason != null) {
        throw new UnknownWorkflowException(
            "Workflow "
                + workflowId
                + " was not started: its entry in the outbox of datasource "
                + datasource.name()
                + " was set aside ("
                + reason
                + "). Retry or discard it, see outboxes().",
            workflowId);
      }
      gone = false;
      patience.await(
          new CompletableFuture<@Nullable Void>()
              .completeOnTimeout(null, GLANCE.toMillis(), TimeUnit.MILLISECONDS));
      return true;
    }
  }

  /** Begins to deliver nothing more. */
  void stop() {
    rounds.stop();
  }

  /** Delivers nothing more; returns when what is under way is done. */
  @Override
  public void close() {
    rounds.close();
  }
}
