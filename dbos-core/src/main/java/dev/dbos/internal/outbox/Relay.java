package dev.dbos.internal.outbox;

import dev.dbos.error.UnknownWorkflowException;
import dev.dbos.internal.operations.Arrival;
import dev.dbos.internal.operations.Patience;
import dev.dbos.internal.operations.SystemAccess;
import dev.dbos.internal.outbox.OutboxLedger.Overtaken;
import dev.dbos.internal.sql.Backoff;
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
public final class Relay implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

  /** Between two looks at an outbox in which there was nothing; the next ones come more slowly. */
  private static final Backoff IDLE =
      new Backoff(
          Duration.ofMillis(1_300), 1.5, Duration.ofSeconds(6), ThreadLocalRandom.current());

  /** After somebody else has delivered what was to be delivered here. */
  private static final Backoff OVERTAKEN =
      new Backoff(Duration.ofMillis(5), 2, Duration.ofMillis(200), ThreadLocalRandom.current());

  private static final int MOST_CONFLICTS = 10;
  private static final Duration GLANCE = Duration.ofMillis(20);
  private static final Duration LAST_ROUND = Duration.ofSeconds(5);

  private final DurableTransactions datasource;
  private final OutboxFile file;
  private final RelayRound round;
  private final InstantSource clock;
  private final boolean polls;
  private final Object signal = new Object();
  private boolean signalled;
  private boolean closed;
  private @Nullable Thread thread;
  private volatile OutboxBacklog lastSeen;
  private int failures;
  private int idle;
  private int overtaken;

  Relay(DurableTransactions datasource, SystemAccess access, boolean polls) {
    this.datasource = datasource;
    this.file = new OutboxFile(datasource, access.applicationName());
    this.round = new RelayRound(file, access);
    this.clock = access.clock();
    this.polls = polls;
    this.lastSeen = new OutboxBacklog(datasource.name(), 0, null, 0);
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

  /** The datasource's name. */
  public String datasource() {
    return datasource.name();
  }

  /** The outbox. */
  public OutboxFile file() {
    return file;
  }

  void start() {
    synchronized (signal) {
      if (thread == null && !closed) {
        Thread worker = new Thread(this::work, "dbos outbox " + datasource.name());
        worker.setDaemon(true);
        thread = worker;
        worker.start();
      }
    }
  }

  /** Something has been committed into the outbox, perhaps. */
  void signal() {
    synchronized (signal) {
      signalled = true;
      signal.notifyAll();
    }
    start();
  }

  private void work() {
    Duration pause = Duration.ZERO;
    while (pauseUnlessClosed(pause)) {
      pause = look();
    }
  }

  /** Delivers what there is; how long to wait before the next look. */
  private Duration look() {
    try {
      boolean more = round.run();
      recovered();
      overtaken = 0;
      idle = more ? 0 : idle + 1;
      if (!more) {
        backlog();
      }
      return more ? Duration.ZERO : polls ? IDLE.after(idle) : Duration.ofDays(1);
    } catch (Overtaken byOther) {
      recovered();
      return OVERTAKEN.after(++overtaken);
    } catch (SQLException | RuntimeException failure) {
      return SqlFailure.of(failure) == SqlFailure.CONFLICT && overtaken < MOST_CONFLICTS
          ? OVERTAKEN.after(++overtaken)
          : failed(failure);
    }
  }

  private void recovered() {
    if (failures > 0) {
      LOG.info("The outbox of datasource {} is delivered again", datasource.name());
      failures = 0;
    }
  }

  private Duration failed(Exception failure) {
    if (failures++ == 0) {
      LOG.warn(
          "What is in the outbox of datasource {} cannot be delivered; trying on",
          datasource.name(),
          failure);
    }
    try {
      backlog();
    } catch (RuntimeException away) {
      LOG.debug("Nobody can tell how full the outbox of {} is", datasource.name(), away);
    }
    return Backoff.forOutages(ThreadLocalRandom.current()).after(failures);
  }

  /** A signal ends the pause, unless that is there to spare a database. */
  private boolean pauseUnlessClosed(Duration pause) {
    boolean sparing = failures > 0 || overtaken > 0;
    long deadline = System.nanoTime() + pause.toNanos();
    synchronized (signal) {
      for (long left = pause.toMillis(); left > 0 && (!signalled || sparing) && !closed; ) {
        try {
          signal.wait(left);
        } catch (InterruptedException interrupted) {
          Thread.currentThread().interrupt();
          return false;
        }
        left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
      }
      if (signalled) {
        idle = 0;
      }
      signalled = false;
      return !closed;
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

  /** Delivers nothing more; returns when what is under way is done. */
  @Override
  public void close() {
    Thread working;
    synchronized (signal) {
      closed = true;
      working = thread;
      signal.notifyAll();
    }
    if (working != null && working != Thread.currentThread()) {
      try {
        working.join(LAST_ROUND);
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
