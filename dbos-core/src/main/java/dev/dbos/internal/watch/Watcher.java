package dev.dbos.internal.watch;

import dev.dbos.datasource.ListenMode;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.sql.Database;
import dev.dbos.internal.sql.Dialect;
import dev.dbos.internal.store.SystemDatabase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Wakes those who wait for something in the system database.
 *
 * <p>The protocol that makes it impossible to miss anything: who waits opens a watch, looks, and
 * waits for the watch only when the look found nothing; who writes commits, and tells afterwards. A
 * change that the look did not see is committed after the watch was opened, so it is told to the
 * watch, by whichever comes first:
 *
 * <ol>
 *   <li>this process itself, when it was the one that wrote: at once;
 *   <li>on PostgreSQL the server, to the one connection that listens;
 *   <li>the one thread that polls, which needs nobody else and is the reason why the others may
 *       fail. On SQLite it asks every few milliseconds whether the file has changed; without a
 *       server that tells it looks after 10 ms, and after doubling pauses up to a second; otherwise
 *       every few seconds.
 * </ol>
 *
 * <p>A watch is told at most once and perhaps in vain; then its owner opens the next one before it
 * looks again.
 */
public final class Watcher implements AutoCloseable {
  private final Watches watches = new Watches();
  private final Runs runs;
  private final Poller poller;
  private final @Nullable Notifier notifier;
  private final @Nullable PostgresListener listener;
  private final boolean probes;
  private volatile ListenerState state = ListenerState.POLLING;
  private volatile boolean closed;

  /** Watches {@code systemDatabase} for a process with these runs. */
  public Watcher(SystemDatabase systemDatabase, Runs runs, ListenMode mode) {
    Database database = systemDatabase.database();
    boolean sqlite = database.dialect() instanceof Dialect.Sqlite;
    this.runs = runs;
    this.probes = sqlite && database.opensBeside();
    this.poller =
        new Poller(
            systemDatabase, watches, runs, this::pace, probes ? new DataVersion(database) : null);
    boolean notifies =
        database.dialect() instanceof Dialect.Postgres postgres && !postgres.isCockroach();
    this.notifier = notifies ? new Notifier(database) : null;
    this.listener =
        !notifies || mode == ListenMode.OFF
            ? null
            : new PostgresListener(database, new ListenerAudience());
    if (listener != null) {
      listener.start();
    }
  }

  /**
   * Opens a watch; the caller looks afterwards, and closes it.
   *
   * @param conditions of which one is enough
   */
  public Watch watch(Condition... conditions) {
    long now = poller.now();
    Pace pace = pace();
    Watch watch = watches.add(List.of(conditions), now, pace);
    if (closed) {
      watch.told().completeExceptionally(closed());
    } else {
      poller.attend(now + pace.firstNanos());
    }
    return watch;
  }

  /** Something has been committed: wakes who waits for it, here at once and elsewhere soon. */
  public void changed(Topic topic) {
    changedHere(topic);
    if (notifier != null) {
      notifier.tell(topic);
    }
  }

  /** Like {@link #changed}, for what others are told already, or what concerns nobody else. */
  public void changedHere(Topic topic) {
    watches.tell(topic);
    if (topic.channel() == Channel.WORKFLOWS && runs.active(topic.payload()).isPresent()) {
      poller.heardOf(topic.payload());
    }
  }

  /** A run has begun, whose row is to be looked at now and then. */
  public void runBegan() {
    poller.attendRun();
  }

  /** Work is taken out of queues from now on. */
  public void queuesServed() {
    if (probes) {
      poller.attend(poller.now());
    }
  }

  /** How it gets to know of what others change. */
  public ListenerState state() {
    return state;
  }

  private Pace pace() {
    if (probes) {
      return Pace.PROBING;
    }
    return state == ListenerState.LISTENING ? Pace.LISTENING : Pace.POLLING;
  }

  private static DbosClosedException closed() {
    return new DbosClosedException(
        "This DBOS was closed while something was waited for. Nothing that was waited for is"
            + " affected.");
  }

  /** Whoever waits is told that it is over. */
  @Override
  public void close() {
    closed = true;
    poller.close();
    if (listener != null) {
      listener.close();
    }
    if (notifier != null) {
      notifier.close();
    }
    watches.open().forEach(watch -> watch.told().completeExceptionally(closed()));
  }

  /** Hears what the server tells. */
  private final class ListenerAudience implements PostgresListener.Audience {
    @Override
    public void heard(Topic topic) {
      if (topic.channel() == Channel.QUEUES) {
        runs.enqueued(topic.payload());
      } else {
        changedHere(topic);
      }
    }

    @Override
    public void now(ListenerState changed) {
      boolean first = state == changed;
      state = changed;
      if (!first) {
        poller.lookAtEverything();
      }
    }
  }
}
