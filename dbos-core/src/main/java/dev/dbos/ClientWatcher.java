package dev.dbos;

import dev.dbos.datasource.ListenMode;
import dev.dbos.error.DbosClosedException;
import dev.dbos.internal.store.SystemDatabase;
import dev.dbos.internal.watch.ListenerState;
import dev.dbos.internal.watch.Runs;
import dev.dbos.internal.watch.Watcher;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The watcher of a client, which connects no sooner than something is waited for or told. */
final class ClientWatcher implements Supplier<Watcher>, AutoCloseable {
  private final SystemDatabase systemDatabase;
  private final ListenMode listening;
  private @Nullable Watcher watcher;
  private boolean closed;

  ClientWatcher(SystemDatabase systemDatabase, ListenMode listening) {
    this.systemDatabase = systemDatabase;
    this.listening = listening;
  }

  @Override
  public synchronized Watcher get() {
    if (closed) {
      throw new DbosClosedException("This client has been closed. Open another.");
    }
    if (watcher == null) {
      watcher = new Watcher(systemDatabase, Runs.NONE, listening);
    }
    return watcher;
  }

  /** How it gets to know of changes; by asking as long as nobody waits. */
  synchronized ListenerState state() {
    return watcher == null ? ListenerState.POLLING : watcher.state();
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (watcher != null) {
      watcher.close();
    }
  }
}
